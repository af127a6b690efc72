"""`slipway notify`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.errors import ExitCode
from operations.verbs.options import AsJson

PAGERDUTY = "https://events.pagerduty.com"
"""Of its service region US."""


def notify(
    records: Annotated[Path, typer.Option(help="Folder of what the deployments recorded.", metavar="FOLDER")] = Path(
        "deployments"
    ),
    pagerduty_url: Annotated[
        str,
        typer.Option(
            envvar="PAGERDUTY_URL",
            show_envvar=False,
            help="Of the Events API; the EU has https://events.eu.pagerduty.com.",
            metavar="URL",
        ),
    ] = PAGERDUTY,
    as_json: AsJson = False,
) -> None:
    """Tell how a run of the pipeline ended, and what serves: the summary, Slack, PagerDuty.

    NEEDS has GitHub's context of the jobs as JSON. Slack is told if SLACK_WEBHOOK_URL is set, PagerDuty if
    PAGERDUTY_ROUTING_KEY is, at PAGERDUTY_URL unless the option says where. The exit code is 1 if one of them was not
    told.
    """
    from operations.notification.notifying import notify
    from operations.notification.summary import text
    from operations.pipeline.step_outputs import hand_over

    report, told = notify(records, pagerduty_url)
    hand_over({"told": "true"})
    plain = {"report": report.as_json(), "told": told}
    typer.echo(json.dumps(plain, indent=2) if as_json else "\n".join(text(report, told)))
    if any(told.values()):
        raise typer.Exit(ExitCode.FAILED)
