# Sourced by the scripts beside it: a service of its own, on a free port with an empty data folder, and
# a Python environment. Both are gone at exit.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
work=$(mktemp -d)
service=''

step() { printf '\n== %s\n' "$*"; }

clean_up() {
  [ -z "$service" ] || kill "$service" 2> /dev/null || true
  [ -z "$service" ] || wait "$service" 2> /dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Starts the service; sets url, key (of an administrator) and service (its process id).
start_service() {
  step "service"
  ./retort version > /dev/null # builds, if that is still to be done
  # One key asks as fast as it can, which is what the limit is against.
  RETORT_LIMITS_REQUESTS_PER_MINUTE=1000000 ./retort serve --port 0 --data-dir "$work/data" > "$work/service.log" 2>&1 &
  service=$!
  local file=$work/data/service.json
  until [ -s "$file" ] && url=$(field address "$file") && [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")" = 200 ]; do
    kill -0 "$service" 2> /dev/null || {
      cat "$work/service.log" >&2
      exit 1
    }
    sleep 0.2
  done
  ./retort keys create --name long --scopes admin --collections '*' --data-dir "$work/data" --json > "$work/key.json"
  key=$(field key "$work/key.json")
  echo "$url"
}

# field NAME FILE: a field of a JSON object
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[2]))[sys.argv[1]])' "$1" "$2"; }

# python_with PACKAGE…: sets python to an interpreter that has them
python_with() {
  step "Python with $*"
  python3 -m venv "$work/venv"
  python=$work/venv/bin/python
  "$python" -m pip install -q --disable-pip-version-check "$@"
}
