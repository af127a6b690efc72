"""`slipway history ENVIRONMENT`."""

import json
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson, EnvironmentName


def history(
    context: typer.Context,
    environment: EnvironmentName,
    limit: Annotated[int, typer.Option(min=1, help="Releases to show, the newest first.", metavar="NUMBER")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say what was released, when, by whom, and what became of it."""
    from operations.rendering.history import lines
    from operations.rollout.deployed import locate
    from operations.rollout.history import read

    configuration = configuration_of(context)
    found = read(locate(configuration, configuration.environment(environment)))[:limit]
    if as_json:
        typer.echo(json.dumps([release.as_json() for release in found], indent=2))
    elif found:
        typer.echo("\n".join(lines(found)))
    else:
        typer.echo(f"{environment} has no release on record.", err=True)
