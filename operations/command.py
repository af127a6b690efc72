"""The `slipway` command: finds the verb, and turns its errors into text and an exit code."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from configuration import ConfigurationError
from operations.errors import ExitCode, OperationError
from operations.verbs import cost, doctor, github, review, sandbox, status

command = typer.Typer(
    name="slipway",
    help="Rehearse, watch and hand over the delivery stack that slipway.toml describes.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
command.command()(status.status)
command.command()(doctor.doctor)
command.command()(github.github)
command.command()(review.review)
command.command()(cost.cost)
command.add_typer(sandbox.command, name="sandbox")


@command.callback()
def options(
    context: typer.Context,
    configuration: Annotated[
        Path | None, typer.Option(help="Instead of the nearest slipway.toml.", metavar="FILE")
    ] = None,
) -> None:
    """Keep the options that come before the verb."""
    context.obj = configuration


def main() -> None:
    """Run the command line; data goes to stdout, everything else to stderr."""
    try:
        command()
    except ConfigurationError as error:
        typer.echo(error, err=True)
        sys.exit(ExitCode.BAD_INPUT)
    except OperationError as error:
        typer.echo(f"slipway: {error.what}.\n{error.fix}", err=True)
        sys.exit(error.exit_code)
