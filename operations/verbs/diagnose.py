"""`slipway diagnose ENVIRONMENT`."""

import json
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson, EnvironmentName


def diagnose(
    context: typer.Context,
    environment: EnvironmentName,
    deployment: Annotated[
        str | None, typer.Option(help="Of which service deployment; omitted, the newest.", metavar="ID")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why the newest rollout failed, and what to do about it."""
    from operations.diagnosis import diagnose as find_out
    from operations.rendering.diagnosis import lines
    from operations.rollout.deployed import locate

    configuration = configuration_of(context)
    deployed = locate(configuration, configuration.environment(environment))
    diagnosis = find_out(deployed.aws, deployed.environment, deployed.stack.outputs, deployment_id=deployment)
    typer.echo(json.dumps(diagnosis.as_json(), indent=2) if as_json else "\n".join(lines(diagnosis)))
