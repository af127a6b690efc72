"""`slipway status ENVIRONMENT`."""

import json

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson, EnvironmentName


def status(
    context: typer.Context,
    environment: EnvironmentName,
    as_json: AsJson = False,
) -> None:
    """Say what runs: image, tasks, the newest rollout, the URL."""
    from operations.rendering.status import lines
    from operations.status import read

    configuration = configuration_of(context)
    result = read(configuration, configuration.environment(environment))
    typer.echo(json.dumps(result.as_json(), indent=2) if as_json else "\n".join(lines(result)))
