#!/bin/sh
# Starts a service in an empty data directory, ingests the demo collection and opens its pages in a headless
# Chromium: transferred bytes, first paint, and what moves while an answer comes. Needs Chromium on the path, or
# its path in RETORT_CHROMIUM. Flags go to PageSpeed.
. "$(dirname -- "$0")/service.sh"

start 'empty data directory'
ingest_sample
benchmarks/run.sh PageSpeed --url "$url" --login-file "$data/login-url" --questions data/samples/questions.jsonl "$@"
