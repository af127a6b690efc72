"""The alert manager's definition: a routing tree of Prometheus' own, with what AWS delivers at its leaves."""

import re
from textwrap import indent

ROUTING = ("route", "inhibit_rules")
"""The parts of Alertmanager's configuration that say which alert goes where, and what keeps it back."""

RECEIVERS = frozenset({"page", "ticket", "heartbeat"})
"""The leaves of the tree."""

TOLD_ALERTS = 10
"""Of one notification; a longer one says how many more there are. SNS takes 256 KB, and Slack shows far less."""

# `json.text` leaves text as it has to stand between quotes in JSON, of which Alertmanager's templates know nothing:
# backslashes and quotes are escaped, control characters become spaces.
# `sns.message` is what Amazon Q Developer in chat applications shows ("Custom notifications", its administrator guide);
# of SNS messages in any other form it shows nothing.
TEMPLATES = r"""
{{ define "json.text" -}}
{{ . | reReplaceAll `\\` `\\` | reReplaceAll `"` `\"` | reReplaceAll `[\x00-\x1f\x7f]` ` ` }}
{{- end }}
{{ define "json.alert" -}}
{{ template "json.text" .Annotations.summary }}{{ if eq .Status "resolved" }} (resolved){{ end }}
{{- with .Annotations.description }}\n{{ template "json.text" . }}{{ end }}
{{- with .Annotations.runbook }}\n@RUNBOOK@{{ template "json.text" . }}{{ end }}
{{- end }}
{{ define "json.alerts" -}}
{{ range $number, $alert := .Alerts }}{{ if lt $number @TOLD@ }}
{{- if $number }}\n\n{{ end }}{{ template "json.alert" $alert }}{{ end }}{{ end }}
{{- if gt (len .Alerts) @TOLD@ }}\n\n{{ len .Alerts }} alerts in all.{{ end }}\n@DASHBOARDS@
{{- end }}
{{ define "json.title" -}}
[{{ .Status | toUpper }}] @ENVIRONMENT@: {{ template "json.text" (index .Alerts 0).Labels.alertname }}
{{- end }}
{{ define "sns.subject" -}}
[{{ .Status | toUpper }}] @ENVIRONMENT@: {{ (index .Alerts 0).Labels.alertname | reReplaceAll `[^ -~]` `?` }}
{{- end }}
{{ define "sns.message" -}}
{"version":"1.0","source":"custom","content":{"textType":"client-markdown",
"title":"{{ template "json.title" . }}",
"description":"{{ template "json.alerts" . }}"}}
{{- end }}
""".strip()

SNS = """\
- name: {receiver}
  sns_configs:
    - topic_arn: {topic_arn}
      sigv4:
        region: {region}
      subject: '{{{{ template "sns.subject" . }}}}'
      message: '{{{{ template "sns.message" . }}}}'
      send_resolved: {send_resolved}
"""

# `CommonAnnotations` would be empty as soon as two windows of one objective are in a group. One incident stays one:
# Alertmanager makes its dedup_key of the group.
PAGERDUTY = """\
  pagerduty_configs:
    - routing_key:
        aws_secrets_manager:
          secret_arn: {secret_arn}
          secret_key: routing_key
          refresh_interval: 5m
      severity: critical
      client: slipway {environment}
      client_url: {dashboards_url}
      description: '{{{{ (index .Alerts 0).Annotations.summary }}}}'
      details:
        environment: {environment}
        runbook: '{runbook_url}{{{{ (index .Alerts 0).Annotations.runbook }}}}'
      send_resolved: true
"""


def alert_manager_definition(
    configuration: str,
    *,
    environment: str,
    region: str,
    pages_topic_arn: str,
    tickets_topic_arn: str,
    heartbeat_topic_arn: str,
    pagerduty_secret_arn: str | None,
    pagerduty_url: str | None,
    runbook_url: str,
    dashboards_url: str,
) -> str:
    """What Amazon Managed Service for Prometheus takes, of an Alertmanager configuration.

    Routing and inhibition are those of the configuration, word for word. Its receivers are left behind: the service
    has two kinds of its own, SNS, and PagerDuty with a key in Secrets Manager, which it has to be admitted to by the
    policies of the secret and of the key of KMS that encrypts it ("Configure AWS Secrets Manager and permissions").

    Args:
        configuration: YAML with `route` and `inhibit_rules`; its receivers are called `page`, `ticket` and `heartbeat`.
        environment: for the messages.
        pagerduty_secret_arn: with the key `routing_key`; None, PagerDuty is not told.
        pagerduty_url: where its account takes events; None, at the usual place.
        runbook_url: what the annotation `runbook` of an alert completes.
        dashboards_url: where to look.

    Raises:
        ValueError: the configuration lacks a part, or names other receivers.
    """
    routing = routing_of(configuration)
    topics = {"page": pages_topic_arn, "ticket": tickets_topic_arn, "heartbeat": heartbeat_topic_arn}
    receivers = {
        name: SNS.format(
            receiver=name, topic_arn=arn, region=region, send_resolved="false" if name == "heartbeat" else "true"
        )
        for name, arn in topics.items()
    }
    if pagerduty_secret_arn:
        receivers["page"] += PAGERDUTY.format(
            secret_arn=pagerduty_secret_arn,
            environment=environment,
            runbook_url=runbook_url,
            dashboards_url=dashboards_url,
        )
        receivers["page"] += f"      url: {pagerduty_url}\n" if pagerduty_url else ""
    config = f"templates:\n  - notifications\n{routing}receivers:\n{indent(''.join(receivers.values()), '  ')}"
    texts = {
        "@ENVIRONMENT@": environment,
        "@RUNBOOK@": runbook_url,
        "@DASHBOARDS@": dashboards_url,
        "@TOLD@": str(TOLD_ALERTS),
    }
    templates = TEMPLATES
    for place, text in texts.items():
        templates = templates.replace(place, text)
    files = f"template_files:\n  notifications: |\n{indent(templates, '    ')}\n"
    return f"alertmanager_config: |\n{indent(config, '  ')}{files}"


def routing_of(configuration: str) -> str:
    """The routing of an Alertmanager configuration, as it is written there, comments included.

    Args:
        configuration: YAML in block style, whose top-level keys begin their lines.

    Raises:
        ValueError: a part is missing, or it names other receivers than `RECEIVERS`.
    """
    parts = dict(re.findall(r"^(\w+):(?=\s)(.*?)(?=^\w|\Z)", configuration, re.MULTILINE | re.DOTALL))
    if missing := [name for name in ROUTING if name not in parts]:
        raise ValueError(f"the Alertmanager configuration has no {' and no '.join(missing)}")
    routing = "".join(f"{name}:{parts[name].rstrip()}\n" for name in ROUTING)
    named = set(re.findall(r"^[\s-]*receiver:\s*['\"]?([\w-]+)", routing, re.MULTILINE))
    if strangers := sorted(named - RECEIVERS):
        raise ValueError(f"the Alertmanager configuration routes to {', '.join(strangers)}, which AWS has no body for")
    return routing
