#!/bin/sh
# Starts Alertmanager with the receivers that there are secrets for; all others stay with `notifications`, which only
# shows what it gets. A secret is a file, which Alertmanager reads itself: it is on no command line and in no log.
set -eu

secrets=${SECRETS:-/run/secrets}
made=${MADE:-/alertmanager/alertmanager.yaml} # where the container may write
shown=http://notifications:8080

given() { # SECRET: whether it has been given, and is not empty; of a missing file an old compose makes a directory
  [ -f "$secrets/$1" ] && [ -s "$secrets/$1" ]
}

rendered=$(cat "${CONFIGURATION:-/etc/alertmanager/alertmanager.yaml}")
put() { # EXPRESSION: changes what is rendered
  rendered=$(printf '%s\n' "$rendered" | sed "$1")
}

if given slack_webhook_url; then
  put "s|api_url: $shown/slack|api_url_file: $secrets/slack_webhook_url|"
fi
if given pagerduty_routing_key; then # without `url` it is PagerDuty's own
  put "s|routing_key: shown-only|routing_key_file: $secrets/pagerduty_routing_key|"
  put "\|url: $shown/pagerduty|d"
fi
if given heartbeat_url; then
  put "s|url: $shown/heartbeat|url_file: $secrets/heartbeat_url|"
fi

printf '%s\n' "$rendered" > "$made"
exec "${ALERTMANAGER:-/bin/alertmanager}" --config.file="$made" "$@"
