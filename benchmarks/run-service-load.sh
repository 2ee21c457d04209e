#!/bin/sh
# Starts a service in an empty data directory, ingests the demo collection and loads it from outside: ten
# askers against one, then half, once, twice and five times what the ten got answered. Flags go to
# ServiceLoad. The limit of requests a minute is out of the way, and four keys ask, since one alone
# may fill only half of the queue.
. "$(dirname -- "$0")/service.sh"

RETORT_LIMITS_REQUESTS_PER_MINUTE=1000000
export RETORT_LIMITS_REQUESTS_PER_MINUTE
start 'empty data directory'
ingest_sample
RETORT_KEYS="$(new_key load-1) $(new_key load-2) $(new_key load-3) $(new_key load-4)"
export RETORT_KEYS
benchmarks/run.sh ServiceLoad --url "$url" --collection sample --questions data/samples/questions.jsonl "$@"
