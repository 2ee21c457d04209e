#!/bin/bash
# Ends with 0 if the service on this machine says that it is ready: ready.sh [PORT [SECONDS]]
# Asks again for as many seconds, by default not at all. Needs bash and nothing else.
port=${1:-${RETORT_SERVER_PORT:-8080}}
end=$((SECONDS + ${2:-0}))

ready() {
  exec 3<> "/dev/tcp/127.0.0.1/$port" || return
  printf 'GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  read -r -t 5 _ status _ <&3
  exec 3>&-
  [ "${status:-}" = 200 ]
}

until ready 2> /dev/null; do
  [ "$SECONDS" -lt "$end" ] || exit 1
  sleep 1
done
