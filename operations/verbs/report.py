"""`slipway report drift` and `slipway report audit`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.errors import ExitCode
from operations.help import Verb, Verbs
from operations.verbs.options import AsJson

command = typer.Typer(
    cls=Verbs, name="report", no_args_is_help=True, help="Gather what scheduled workflows found, in one issue."
)

Issue = Annotated[
    bool,
    typer.Option(
        "--issue",
        help="Keep one open issue about it, and close that when nothing is found; needs GITHUB_TOKEN.",
    ),
]


@command.command(cls=Verb)
def drift(
    context: typer.Context,
    found: Annotated[
        list[Path] | None, typer.Argument(help="What slipway drift --json printed.", metavar="FILE")
    ] = None,
    issue: Issue = False,
    as_json: AsJson = False,
) -> None:
    """Say of all environments what was changed by hand; exit code 1 if anything was, or could not be looked at."""
    from operations.drift import read_drifts
    from operations.rendering.findings import drift_report

    drifts = read_drifts(found or [])
    seen = {each.environment for each in drifts}
    missing = [name for name in configuration_of(context).select().environments if name not in seen]
    lines = drift_report(drifts, missing)
    data = {"environments": [each.as_json() for each in drifts], "missing": missing}
    clean = not missing and all(each.clean for each in drifts)
    _tell(lines, data if as_json else None)
    _finish("drift", "Deployed resources have drifted", lines, clean=clean, issue=issue)


@command.command(cls=Verb)
def audit(
    folder: Annotated[Path, typer.Argument(help="Where make audit wrote its reports.", metavar="FOLDER")],
    project: Annotated[
        Path | None,
        typer.Option(help="Whose lock files must all have a report; omitted, what is there will do.", metavar="FOLDER"),
    ] = None,
    issue: Issue = False,
    as_json: AsJson = False,
) -> None:
    """Say which locked packages have known vulnerabilities; exit code 1 if any has, or could not be looked at."""
    from operations.audit import locks_of, read_audit
    from operations.rendering.findings import audit_report

    found = read_audit(folder, locks_of(project) if project else ())
    lines = audit_report(found)
    _tell(lines, found.as_json() if as_json else None)
    _finish("audit", "Locked packages have known vulnerabilities", lines, clean=found.clean, issue=issue)


def _tell(lines: list[str], data: dict[str, object] | None) -> None:
    typer.echo("\n".join(lines) if data is None else json.dumps(data, indent=2))


def _finish(name: str, title: str, lines: list[str], *, clean: bool, issue: bool) -> None:
    if issue:
        from operations.gateways.github_rest import connect
        from operations.posting import Posting
        from operations.rendering.findings import run_link

        posting = Posting(connect())
        if clean:
            posted = posting.close_issue(name, "\n".join(["Nothing is found any more.", *run_link()]))
        else:
            posted = posting.issue(name, title, "\n".join(lines))
        if posted:
            typer.echo(f"{'Closed' if clean else 'In the issue'}: {posted.url}", err=True)
    if not clean:
        raise typer.Exit(ExitCode.FAILED)
