"""`slipway diff ENVIRONMENT ASSEMBLY`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.errors import ExitCode, OperationError
from operations.verbs.options import AsJson, EnvironmentName


def diff(
    context: typer.Context,
    environment: EnvironmentName,
    assembly: Annotated[Path, typer.Argument(help="What cdk synth wrote.", metavar="ASSEMBLY")],
    as_json: AsJson = False,
) -> None:
    """Compare what is deployed with an assembly, which may be a stranger's: cdk diff as the lookup role.

    With --json a failure is part of what is printed, for slipway review --deployed.
    """
    from operations.rendering.deployed import lines
    from operations.review.assembly import read_assembly
    from operations.review.deployed import DeployedDiff, diff_with_deployed

    configuration = configuration_of(context)
    read = read_assembly(assembly)
    try:
        found = diff_with_deployed(configuration, configuration.environment(environment), read)
    except OperationError as error:
        if not as_json:
            raise
        found = DeployedDiff(environment, problem=error.what)
        typer.echo(f"slipway: {error.what}.\n{error.fix}", err=True)
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else "\n".join(lines(found)))
    if found.problem:
        raise typer.Exit(ExitCode.FAILED)
