"""A report as a message for an incoming webhook of Slack."""

from typing import Any

from operations.notification.finding import Finding
from operations.notification.report import Report

HEADER, SECTION, BLOCKS = 150, 3000, 50
"""Characters of a header block and of a section's text, and blocks of a message, that Slack takes ("Blocks" in its
reference of Block Kit)."""


def message(report: Report) -> dict[str, Any]:
    """The body of the request; `text` is what a notification shows."""
    sections = [_section(each) for each in report.findings[: BLOCKS - 3]]
    run = report.run
    context = f"{escaped(run.repository)}, {escaped(run.commit)}, pushed by {escaped(run.actor)}"
    return {
        "text": escaped(_shortened(f"{report.headline}. {report.worst.serving}".strip(), SECTION)),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": _shortened(report.headline, HEADER)}},
            *sections,
            {"type": "context", "elements": [{"type": "mrkdwn", "text": _shortened(context, SECTION)}]},
            *([_button(run.url)] if run.url else []),
        ],
    }


def escaped(text: str) -> str:
    """Text in which nothing is a link, a mention or an entity ("Formatting text for app surfaces", Slack's docs)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(finding: Finding) -> dict[str, Any]:
    facts = [finding.text, finding.serving, finding.fix]
    body = "\n".join(escaped(fact) for fact in facts if fact)
    text = f"*{escaped(f'{finding.kind}: {finding.title}')}*\n{body}"
    return {"type": "section", "text": {"type": "mrkdwn", "text": _shortened(text, SECTION)}}


def _button(url: str) -> dict[str, Any]:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Open the run"}, "url": url}
    return {"type": "actions", "elements": [button]}


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."
