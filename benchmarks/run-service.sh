#!/bin/sh
# Starts a service in an empty data directory, ingests the demo collection and measures it from outside:
# time to readiness, ingestion, search, answers, memory. Flags go to ServiceSpeed.
set -eu

home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$home"
port=${BENCHMARK_PORT:-18080}
url=http://127.0.0.1:$port
data=$(mktemp -d)
service=''
stop() {
  [ -z "$service" ] || kill "$service" 2>/dev/null || true
  [ -z "$service" ] || wait "$service" 2>/dev/null || true
  rm -rf "$data"
}
trap stop EXIT INT TERM

millis() { echo $(($(date +%s%N) / 1000000)); }

# start NAME [JAVA_OPTS]: runs the service until it is ready and prints how long that took
start() {
  begin=$(millis)
  RETORT_JAVA_OPTS=${2:-} ./retort serve --data-dir "$data" --port "$port" >"$data/out" 2>&1 &
  service=$!
  until [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")" = 200 ]; do
    kill -0 "$service" 2>/dev/null || { cat "$data/out" >&2; exit 1; }
    sleep 0.05
  done
  echo "service_start_ms $(($(millis) - begin)) ($1, one run)"
}
restart() {
  kill "$service"
  wait "$service" || true
  start "$@"
}

./retort version >/dev/null # builds, if that is still to be done
start 'empty data directory'

begin=$(millis)
./retort ingest data/samples/documents --collection sample --data-dir "$data" --json --quiet >"$data/job.json"
took=$(($(millis) - begin))
chunks=$(grep -o '"chunks_written" *: *[0-9]*' "$data/job.json" | awk -F: '{ sum += $2 } END { print sum }') # of all jobs
echo "ingest_ms $took (demo collection, $chunks chunks, command line included, one run)"
[ -z "$chunks" ] || echo "ingest_chunks_per_second $((chunks * 1000 / took))"

# In turns, so that what else the machine does meets both.
for _ in 1 2 3; do
  restart 'with an index, without the recorded start' -XX:AOTMode=off
  restart 'with an index'
done

RETORT_KEY=$(./retort keys create --name benchmark --scopes ask,read --collections sample --data-dir "$data" --json \
  | sed -n 's/.*"key" *: *"\([^"]*\)".*/\1/p' | head -n 1)
export RETORT_KEY
benchmarks/run.sh ServiceSpeed --url "$url" --collection sample --questions data/samples/questions.jsonl --pid "$service" "$@"
