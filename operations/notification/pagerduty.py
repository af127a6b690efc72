"""A report as events for PagerDuty's Events API v2."""

from collections.abc import Sequence
from typing import Any

from operations.notification.finding import Finding, Severity
from operations.notification.report import Report

PATH = "/v2/enqueue"
SUMMARY, KEY = 1024, 255
"""Characters of a summary and of a deduplication key that PagerDuty takes ("PD-CEF" and "Send an alert event" in its
developer documentation)."""

SEVERITIES = {Severity.WARNING: "warning", Severity.ERROR: "error", Severity.CRITICAL: "critical"}


BUILD = "build"
"""The group of all stages before the deployments; each environment is a group of its own."""


UNKNOWN = "unknown"
"""The group of runs of which nothing could be told, because this could not be run (.github/workflows/pipeline.yml)."""


def events(report: Report, routing_key: str) -> list[dict[str, Any]]:
    """The events: what failed triggers, and the next success of just that resolves it.

    What PagerDuty has open under a key it only adds to. So what is critical has a key of its own, to be told of
    although something less is open.

    Returns:
        None of a group for which there is nothing to wake somebody for, and nothing is known to be well either, as when
        somebody has cancelled the run, or a later commit has overtaken it.
    """
    before = [each for each in report.findings if each.before and each.severity]
    told = [_trigger(report, BUILD, before, routing_key)] if before else []
    proven = [BUILD] if report.built else []
    proven += [UNKNOWN] if report.built and not report.severity else []
    for each in (each for each in report.findings if not each.before):
        group = f"deploy/{each.title}"
        if each.severity:
            told.append(_trigger(report, _of_weight(group, each.severity), [each], routing_key))
        elif each.proves:
            proven += [_of_weight(group, weight) for weight in _WEIGHTS]
    return told + [_resolve(report, group, routing_key) for group in proven if report.newest]


_WEIGHTS = (Severity.ERROR, Severity.CRITICAL)


def _of_weight(group: str, severity: Severity) -> str:
    return f"{group}/critical" if severity is Severity.CRITICAL else group


def _resolve(report: Report, group: str, routing_key: str) -> dict[str, Any]:
    return {"routing_key": routing_key, "dedup_key": _key(report, group), "event_action": "resolve"}


def _trigger(report: Report, group: str, findings: Sequence[Finding], routing_key: str) -> dict[str, Any]:
    run, worst = report.run, findings[0]
    return {
        "routing_key": routing_key,
        "dedup_key": _key(report, group),
        "event_action": "trigger",
        "client": "slipway",
        "client_url": run.url,
        "links": [{"href": run.url, "text": "The run"}] if run.url else [],
        "payload": {
            "summary": _shortened(
                f"{run.repository}: {worst.kind}: {worst.title} on {run.branch}. {worst.serving}".strip(), SUMMARY
            ),
            "source": run.repository,
            "severity": SEVERITIES[worst.severity],
            "component": worst.title,
            "group": run.branch,
            "class": str(worst.kind).lower(),
            "custom_details": {
                f"{each.kind}: {each.title}": " ".join(fact for fact in (each.text, each.serving, each.fix) if fact)
                for each in findings
            },
        },
    }


def _key(report: Report, group: str) -> str:
    return report.run.dedup_key(group)[-KEY:]


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."
