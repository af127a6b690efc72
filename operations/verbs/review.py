"""`slipway review BASE HEAD`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.errors import ExitCode


def review(
    base: Annotated[Path, typer.Argument(help="What cdk synth wrote for the code as it is.", metavar="BASE")],
    head: Annotated[Path, typer.Argument(help="What it wrote for the code as it would be.", metavar="HEAD")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a change would do to AWS, as Markdown, and refuse what is dangerous with exit code 1.

    A change that is refused passes once approved_changes in HEAD's slipway.toml names it with the reason.
    """
    from operations.rendering.review import as_data, markdown
    from operations.review.comparison import compare, read_both
    from operations.review.costs import cost_changes

    before, after = read_both(base, head)
    found = compare(before, after)
    costs = cost_changes(before, after, found.environments)
    typer.echo(json.dumps(as_data(found, costs), indent=2) if as_json else markdown(found, costs))
    if found.refused:
        raise typer.Exit(ExitCode.FAILED)
