#!/usr/bin/env bash
# Starts compose.yaml, and says where to look. Only the shell's own words besides docker, which may be missing.
set -euo pipefail
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

printf '%-13s %s\n' \
  Service http://localhost:8000/ \
  Dashboard http://localhost:3000/d/service \
  Traces http://localhost:16686/jaeger \
  Prometheus http://localhost:9090/alerts \
  Alertmanager http://localhost:9093/ \
  Notifications http://localhost:9095/
echo "Stop it with: ${compose[*]} --file observability/compose.yaml down" >&2
