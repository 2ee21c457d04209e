#!/bin/sh
# Starts a service in an empty data directory, ingests the demo collection and measures it from outside:
# time to readiness, ingestion, search, answers, memory. Flags go to ServiceSpeed.
. "$(dirname -- "$0")/service.sh"

start 'empty data directory'

begin=$(millis)
ingest_sample
took=$(($(millis) - begin))
chunks=$(grep -o '"chunks_written" *: *[0-9]*' "$data/job.json" | awk -F: '{ sum += $2 } END { print sum }') # of all jobs
echo "ingest_ms $took (demo collection, $chunks chunks, command line included, one run)"
[ -z "$chunks" ] || echo "ingest_chunks_per_second $((chunks * 1000 / took))"

# In turns, so that what else the machine does meets both.
for _ in 1 2 3; do
  restart 'with an index, without the recorded start' -XX:AOTMode=off
  restart 'with an index'
done

RETORT_KEY=$(new_key benchmark)
export RETORT_KEY
benchmarks/run.sh ServiceSpeed --url "$url" --collection sample --questions data/samples/questions.jsonl --pid "$service" "$@"
