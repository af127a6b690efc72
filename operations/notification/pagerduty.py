"""A report as an event for PagerDuty's Events API v2."""

from typing import Any

from operations.notification.finding import Severity
from operations.notification.report import Report

PATH = "/v2/enqueue"
SUMMARY, KEY = 1024, 255
"""Characters of a summary and of a deduplication key that PagerDuty takes ("PD-CEF" and "Send an alert event" in its
developer documentation)."""

SEVERITIES = {Severity.WARNING: "warning", Severity.ERROR: "error", Severity.CRITICAL: "critical"}


def event(report: Report, routing_key: str) -> dict[str, Any] | None:
    """The event: a failure triggers, the branch's next success resolves.

    Returns:
        None where there is nothing to wake somebody for, and nothing is known to be well either, as when somebody has
        cancelled the run.
    """
    run = report.run
    common = {"routing_key": routing_key, "dedup_key": run.dedup_key[-KEY:]}
    if report.severity is Severity.OK:
        return common | {"event_action": "resolve"} if all(each.well for each in report.findings) else None
    return common | {
        "event_action": "trigger",
        "client": "slipway",
        "client_url": run.url,
        "links": [{"href": run.url, "text": "The run"}] if run.url else [],
        "payload": {
            "summary": _shortened(f"{run.repository}: {report.headline}. {report.worst.serving}".strip(), SUMMARY),
            "source": run.repository,
            "severity": SEVERITIES[report.severity],
            "component": report.worst.title,
            "group": run.branch,
            "class": str(report.worst.kind).lower(),
            "custom_details": {
                f"{each.kind}: {each.title}": " ".join(fact for fact in (each.text, each.serving, each.fix) if fact)
                for each in report.findings
            },
        },
    }


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."
