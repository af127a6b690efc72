"""`slipway github [ENVIRONMENT...]`."""

import json
from typing import Annotated

import typer

from operations.completion import environment_names
from operations.context import configuration_of


def github(
    context: typer.Context,
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            help="As in slipway.toml; omitted, all but the sandbox.",
            metavar="ENVIRONMENT",
            autocompletion=environment_names,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the commands that tell GitHub's workflows where AWS is."""
    from operations.github import read
    from operations.rendering.github import lines, notes, secrets

    hand_over = read(configuration_of(context), environments or ())
    typer.echo(json.dumps(hand_over.as_json(), indent=2) if as_json else "\n".join(lines(hand_over)))
    for note in [*notes(hand_over), *([] if as_json else secrets(hand_over))]:
        typer.echo(note, err=True)
