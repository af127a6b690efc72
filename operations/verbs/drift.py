"""`slipway drift ENVIRONMENT`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.errors import ExitCode, OperationError
from operations.verbs.options import AsJson, EnvironmentName


def drift(
    context: typer.Context,
    environment: EnvironmentName,
    assembly: Annotated[
        Path, typer.Option(help="What cdk synth wrote for the code that is deployed.", metavar="FOLDER")
    ] = Path("cdk.out"),
    as_json: AsJson = False,
) -> None:
    """Say what was changed by hand: cdk drift as the lookup role; exit code 1 if anything was.

    With --json a failure is part of what is printed, for slipway report drift.
    """
    from operations.drift import Drift, find_drift

    configuration = configuration_of(context)
    chosen = configuration.environment(environment)
    try:
        found = find_drift(configuration, chosen, assembly)
    except OperationError as error:
        if not as_json:
            raise
        found = Drift(environment, problem=error.what)
        typer.echo(f"slipway: {error.what}.\n{error.fix}", err=True)
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else found.text)
    if not found.clean:
        raise typer.Exit(ExitCode.FAILED)
