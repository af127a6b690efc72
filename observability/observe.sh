#!/usr/bin/env bash
# Starts compose.yaml, and says where to look. Only the shell's own words besides docker, which may be missing, and sleep.
set -euo pipefail

for name in SLACK_WEBHOOK_URL_FILE PAGERDUTY_ROUTING_KEY_FILE HEARTBEAT_URL_FILE; do
  file=${!name:-}
  [[ -n $file ]] || continue
  if [[ ! -f $file ]]; then # an old compose would make a directory of that name
    echo "$name names $file, which is no file: give the path of the file that holds the secret" >&2
    exit 2
  fi
  [[ $file = /* ]] || export "$name=$PWD/$file" # compose.yaml would look for it beside itself
done
cd "${BASH_SOURCE[0]%/*}"

if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif docker-compose version >/dev/null 2>&1; then
  compose=(docker-compose)
else
  echo "docker compose is missing: install Docker with its compose plugin, then run make observe again" >&2
  exit 2
fi

if ! "${compose[@]}" --file compose.yaml up --build --detach >&2; then
  echo "It did not start: ${compose[*]} --file observability/compose.yaml logs says why" >&2
  exit 1
fi

failed() { # WHAT: names what keeps the URLs from being true
  echo "$1: ${compose[*]} --file observability/compose.yaml logs says why" >&2
  exit 1
}

# By what `ps` shows, which both know; the plugin's leaves out what has ended. `up --wait` is the plugin's alone.
containers=$("${compose[@]}" --file compose.yaml config --services)
limit=$((SECONDS + ${PATIENCE:-180})) # Grafana's health check fails after 120
while :; do
  ill='' waiting=''
  for name in $containers; do
    case $("${compose[@]}" --file compose.yaml ps "$name") in
      *'(healthy)'*) ;;
      *starting*) waiting+=" $name" ;;
      *) ill+=" $name" ;;
    esac
  done
  [[ -z $ill ]] || failed "Not healthy:$ill"
  [[ -n $waiting ]] || break
  (( SECONDS < limit )) || failed "Not healthy in time:$waiting"
  sleep 2
done

printf '%-13s %s\n' \
  Service http://localhost:8000/ \
  Dashboard http://localhost:3000/d/service \
  Traces http://localhost:16686/jaeger \
  Prometheus http://localhost:9090/alerts \
  Alertmanager http://localhost:9093/ \
  Notifications http://localhost:9095/
echo "Stop it with: ${compose[*]} --file observability/compose.yaml down" >&2
