"""A report as Markdown, for the summary of a job in GitHub Actions, and as text for its log."""

import textwrap
from collections.abc import Mapping

from operations.notification.finding import Finding
from operations.notification.report import Report
from operations.rendering.markdown import code, plain

COLUMNS = 80


def markdown(report: Report, told: Mapping[str, str]) -> str:
    """The summary.

    Args:
        told: by channel, why it was not told; empty if it was.
    """
    lines = [f"## {plain(report.headline)}", ""]
    for finding in report.findings:
        lines += [f"### {plain(f'{finding.kind}: {finding.title}')}", "", *_of(finding), ""]
    lines += (
        [f"Commit {code(report.run.commit)}, pushed by {plain(report.run.actor)}.", ""] if report.run.commit else []
    )
    failed = {name: why for name, why in told.items() if why}
    lines += [f"**{plain(name)} was not told:** {plain(why)}." for name, why in failed.items()]
    lines += ["That changes nothing of what is said above.", ""] if failed else []
    return "\n".join(lines) + "\n"


def text(report: Report, told: Mapping[str, str]) -> list[str]:
    """Lines of 80 columns at most."""
    paragraphs = [report.headline]
    for finding in report.findings:
        facts = [finding.text, finding.serving, finding.fix]
        paragraphs.append(f"{finding.kind}  {finding.title}: " + " ".join(fact for fact in facts if fact))
    paragraphs += [f"{name} was {'not told: ' + why if why else 'told'}." for name, why in told.items()]
    return [
        line
        for each in paragraphs
        for line in textwrap.wrap(each, COLUMNS, break_long_words=False, break_on_hyphens=False)
    ]


def _of(finding: Finding) -> list[str]:
    facts = [finding.text, f"**{plain(finding.serving)}**" if finding.serving else "", finding.fix]
    written = [fact if fact.startswith("**") else plain(fact) for fact in facts if fact]
    return ["  \n".join([*written, *([f"<{finding.url}>"] if finding.url.startswith("http") else [])])]
