"""`slipway review BASE HEAD`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.errors import ExitCode


def review(
    base: Annotated[Path, typer.Argument(help="What cdk synth wrote for the code as it is.", metavar="BASE")],
    head: Annotated[Path, typer.Argument(help="What it wrote for the code as it would be.", metavar="HEAD")],
    deployed: Annotated[
        list[Path] | None, typer.Option(help="What slipway diff --json printed; may be repeated.", metavar="FILE")
    ] = None,
    fork: Annotated[bool, typer.Option("--fork", help="Say that it is a fork's, so that AWS was not asked.")] = False,
    commit: Annotated[str, typer.Option(help="Name it as what is reviewed.", metavar="SHA")] = "",
    comment: Annotated[
        int | None,
        typer.Option(
            help="Also put it on that pull request, in the place of the last one; needs GITHUB_TOKEN.", metavar="NUMBER"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a change would do to AWS, as Markdown, and refuse what is dangerous with exit code 1.

    A change that is refused passes once approved_changes in HEAD's slipway.toml names it with the reason.
    """
    from operations.rendering.review import as_data, markdown
    from operations.review.comparison import compare, read_both
    from operations.review.costs import cost_changes
    from operations.review.deployed import read_diffs

    before, after = read_both(base, head)
    diffs = read_diffs(deployed or [])
    found = compare(before, after)
    costs = cost_changes(before, after, found.environments)
    text = markdown(found, costs, deployed=diffs, commit=commit, fork=fork)
    typer.echo(json.dumps(as_data(found, costs, diffs), indent=2) if as_json else text)
    if comment is not None:
        _post(comment, text)
    if found.refused:
        raise typer.Exit(ExitCode.FAILED)


def _post(number: int, text: str) -> None:
    from operations.gateways.github_rest import connect
    from operations.posting import Posting

    posted = Posting(connect()).comment(number, "review", text)
    typer.echo(f"On the pull request: {posted.url}", err=True)
