# Sourced by the scripts that measure a running service: starts one in an empty data directory, on
# BENCHMARK_PORT, and stops and removes it when the script ends.
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

# restart NAME [JAVA_OPTS]
restart() {
  kill "$service"
  wait "$service" || true
  start "$@"
}

# ingest_sample: adds the demo collection and leaves what became of it in $data/job.json
ingest_sample() {
  ./retort ingest data/samples/documents --collection sample --data-dir "$data" --json --quiet >"$data/job.json"
}

# new_key NAME: prints the secret of a fresh key that may ask the demo collection
new_key() {
  ./retort keys create --name "$1" --scopes ask,read --collections sample --data-dir "$data" --json \
    | sed -n 's/.*"key" *: *"\([^"]*\)".*/\1/p' | head -n 1
}

./retort version >/dev/null # builds, if that is still to be done
