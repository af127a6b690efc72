"""Telling everybody who wants to know how a run of the pipeline ended."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from operations.errors import ExitCode, OperationError
from operations.gateways.github_rest import connect
from operations.notification.pagerduty import PATH, events
from operations.notification.record import Result, records_in
from operations.notification.report import Report, Run, report
from operations.notification.sending import NotToldError, send
from operations.notification.slack import message
from operations.notification.summary import markdown

SUMMARY = "GITHUB_STEP_SUMMARY"
SLACK, PAGERDUTY = "SLACK_WEBHOOK_URL", "PAGERDUTY_ROUTING_KEY"
"""Variables with secrets; whom they lead to is told if they are set."""


def notify(
    records: Path, pagerduty_url: str, variables: Mapping[str, str] = os.environ
) -> tuple[Report, dict[str, str]]:
    """Tell Slack and PagerDuty where they are set up, and in any case write the job's summary.

    Args:
        records: folder of what the deployments recorded; it may be missing.
        variables: of the process.

    Returns:
        How the run ended; and by channel why it was not told, empty if it was.

    Raises:
        OperationError: GitHub does not say how the jobs ended, or the summary cannot be written.
    """
    needs = _needs(variables.get("NEEDS", ""))
    made = report(Run.of(variables), needs, records_in(records), _refused(needs, variables))
    made = replace(made, newest=_is_newest(variables))
    told: dict[str, str] = {}
    if url := variables.get(SLACK, "").strip():
        told["Slack"] = _told(url, message(made))
    if key := variables.get(PAGERDUTY, "").strip():
        problems = [_told(f"{pagerduty_url.rstrip('/')}{PATH}", body) for body in events(made, key)]
        if problems:
            told["PagerDuty"] = next(filter(None, problems), "")
    _summarise(variables.get(SUMMARY, ""), markdown(made, told))
    return made, told


def _refused(needs: Mapping[str, Any], variables: Mapping[str, str]) -> frozenset[str]:
    """The environments of GitHub that somebody has refused; none where GitHub cannot be asked."""
    failed = Result(needs.get("deploy", {}).get("result", Result.SKIPPED)) is Result.FAILURE
    run = variables.get("GITHUB_RUN_ID", "")
    if not failed or not run or not variables.get("GITHUB_TOKEN"):
        return frozenset()
    try:
        return connect().refused_environments(run)
    except (OperationError, KeyError, TypeError):
        return frozenset()


def _is_newest(variables: Mapping[str, str]) -> bool:
    """Whether nothing was pushed to the branch since; also true where GitHub cannot be asked."""
    branch, commit = variables.get("GITHUB_REF_NAME", ""), variables.get("GITHUB_SHA", "")
    if not branch or not commit or not variables.get("GITHUB_TOKEN"):
        return True
    try:
        return connect().head(branch) == commit
    except (OperationError, KeyError, TypeError):
        return True


def _told(url: str, body: Mapping[str, Any]) -> str:
    try:
        send(url, body)
    except NotToldError as error:
        return str(error)
    return ""


def _needs(text: str) -> Mapping[str, Any]:
    try:
        needs = json.loads(text)
        for each in needs.values():
            Result(each["result"])
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise OperationError(
            "NEEDS is not GitHub's context of the jobs as JSON",
            fix="See how .github/workflows/pipeline.yml calls this; outside of GitHub it is of no use.",
            exit_code=ExitCode.BAD_INPUT,
        ) from error
    return dict(needs)


def _summarise(file: str, summary: str) -> None:
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.write(summary)
    except OSError as error:
        raise OperationError(
            f"the job's summary cannot be written: {error.strerror}", fix=f"{SUMMARY} has to name a file of the runner."
        ) from error
