"""The `slipway` command: finds the verb, and turns its errors into text and an exit code."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from operations.errors import ExitCode, OperationError
from operations.verbs import (
    abort,
    cost,
    deploy,
    diagnose,
    diff,
    doctor,
    drift,
    environments,
    github,
    history,
    init,
    logs,
    notify,
    pipeline,
    release,
    report,
    review,
    rollback,
    sandbox,
    scale,
    smoke,
    status,
    watch,
)
from operations.verbs.exec import execute

command = typer.Typer(
    name="slipway",
    help="Rehearse, release, watch and hand over the delivery stack that slipway.toml describes.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
command.command()(init.init)
command.command()(diagnose.diagnose)
command.command()(doctor.doctor)
command.command()(deploy.deploy)
command.command()(release.release)
command.command()(smoke.smoke)
command.command()(watch.watch)
command.command()(status.status)
command.command()(history.history)
command.command()(logs.logs)
command.command("exec")(execute)
command.command()(scale.scale)
command.command()(rollback.rollback)
command.command()(abort.abort)
command.command()(github.github)
command.command()(review.review)
command.command()(diff.diff)
command.command()(drift.drift)
command.add_typer(report.command, name="report")
command.command()(environments.environments)
command.command()(cost.cost)
command.command()(notify.notify)
command.add_typer(pipeline.command, name="pipeline")
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


ERRORS = "SLIPWAY_ERRORS"
"""The variable that may name a file, to which each error is added as a line of JSON: what a job tells at its end."""


def _keep(error: OperationError) -> None:
    file = os.environ.get(ERRORS)
    if not file:
        return
    line = {"verb": sys.argv[1:2], "what": error.what, "fix": error.fix, "exit_code": int(error.exit_code)}
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.write(json.dumps(line) + "\n")
    except OSError as failed:  # it was said already
        typer.echo(f"{ERRORS}: {file} cannot be written: {failed.strerror}.", err=True)


def main() -> None:
    """Run the command line; data goes to stdout, everything else to stderr."""
    try:
        command()
    except OperationError as error:
        typer.echo(f"slipway: {error.what}.\n{error.fix}", err=True)
        _keep(error)
        sys.exit(error.exit_code)
    except Exception as error:
        from configuration import ConfigurationError  # noqa: PLC0415 - takes longer than `slipway --help` may run

        if not isinstance(error, ConfigurationError):
            raise
        typer.echo(error, err=True)
        sys.exit(ExitCode.BAD_INPUT)
