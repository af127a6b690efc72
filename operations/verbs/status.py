"""`slipway status ENVIRONMENT`."""

import json
from typing import Annotated

import typer

from operations.context import configuration_of


def status(
    context: typer.Context,
    environment: Annotated[str, typer.Argument(help="As in slipway.toml.", metavar="ENVIRONMENT")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what runs: image, tasks, the newest rollout, the URL."""
    from operations.rendering.status import lines
    from operations.status import read

    configuration = configuration_of(context)
    result = read(configuration, configuration.environment(environment))
    typer.echo(json.dumps(result.as_json(), indent=2) if as_json else "\n".join(lines(result)))
