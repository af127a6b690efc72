"""The `slipway` command: finds the verb, and turns its errors into text and an exit code."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from operations.errors import ExitCode, OperationError
from operations.help import BEGIN, CHANGES, DELIVER, LOOK, WORKFLOWS, Verb, Verbs, text_of
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
    cls=Verbs,
    context_settings={"help_option_names": ["--help", "-h"]},  # which verbs take over
    help="Rehearse, release, watch and hand over the delivery stack that slipway.toml describes.\n\n"
    "Begin with slipway sandbox up, which needs no account, and slipway status sandbox; slipway init goes on to an "
    "account of yours. slipway VERB --help has examples.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


VERBS: Mapping[str, Mapping[str, Callable[..., None]]] = {
    BEGIN: {
        "init": init.init,
        "environments": environments.environments,
        "cost": cost.cost,
        "doctor": doctor.doctor,
        "github": github.github,
    },
    DELIVER: {
        "deploy": deploy.deploy,
        "release": release.release,
        "smoke": smoke.smoke,
        "rollback": rollback.rollback,
        "abort": abort.abort,
        "scale": scale.scale,
    },
    LOOK: {
        "status": status.status,
        "watch": watch.watch,
        "diagnose": diagnose.diagnose,
        "history": history.history,
        "logs": logs.logs,
        "exec": execute,
    },
    CHANGES: {"review": review.review, "diff": diff.diff, "drift": drift.drift},
    WORKFLOWS: {"notify": notify.notify},
}

command.add_typer(sandbox.command, name="sandbox", rich_help_panel=BEGIN)
for _panel, _verbs in VERBS.items():
    for _name, _verb in _verbs.items():
        command.command(_name, cls=Verb, help=text_of(_verb, _name), rich_help_panel=_panel)(_verb)
command.add_typer(report.command, name="report", rich_help_panel=WORKFLOWS)
command.add_typer(pipeline.command, name="pipeline", rich_help_panel=WORKFLOWS)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it with nothing else
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - nothing else needs it

        typer.echo(f"slipway {version('slipway')}")
        raise typer.Exit


@command.callback()
def options(
    context: typer.Context,
    configuration: Annotated[
        Path | None, typer.Option(help="Instead of the nearest slipway.toml.", metavar="FILE")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="With an error, print where it came from.")] = False,  # noqa: FBT002 - a flag has a default
    _version: Annotated[  # noqa: FBT002 - likewise
        bool,
        typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """Keep the options that come before the verb."""
    context.obj = configuration
    if debug:
        os.environ[DEBUG] = "1"


DEBUG = "SLIPWAY_DEBUG"
"""The variable that does as `--debug` does."""

COMPLETING = "_SLIPWAY_COMPLETE"
"""The variable by which a shell asks for what completes a word."""

WHOLE_LINE = 10_000

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


@cache
def built() -> Callable[..., None]:
    """What runs the verbs; Typer would build it anew at each call of `main`."""
    return typer.main.get_command(command)


def main() -> None:
    """Run the command line; data goes to stdout, everything else to stderr."""
    if (
        COMPLETING in os.environ
    ):  # Typer breaks explanations at the width of a terminal, which fish takes for more words
        os.environ["TERMINAL_WIDTH"] = str(WHOLE_LINE)
    try:
        built()(prog_name="slipway")  # also when another program calls
    except OperationError as error:
        _trace()
        typer.echo(f"slipway: {error.what}.\n{error.fix}", err=True)
        _keep(error)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - nobody should have to read a traceback who did not ask for one
        from configuration import ConfigurationError  # noqa: PLC0415 - takes longer than `slipway --help` may run

        _trace()
        if isinstance(error, ConfigurationError):
            typer.echo(error, err=True)
            sys.exit(ExitCode.BAD_INPUT)
        typer.echo(_unexpected(error), err=True)
        sys.exit(ExitCode.FAILED)


def _trace() -> None:
    if os.environ.get(DEBUG):
        typer.echo(traceback.format_exc(), err=True)


def _unexpected(error: Exception) -> str:
    """What is said of a mistake in this program, or of what the machine does not give it."""
    if isinstance(error, OSError):
        what = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        return (
            f"slipway: this machine refuses something: {what}.\n"
            "Look whether the folder is still there, the disk is full, or the file belongs to somebody else; slipway "
            "--debug with the same words shows what it was about."
        )
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}, line {frame.lineno}"
    words = str(error).strip().partition("\n")[0] or "without a message"
    return (
        "slipway: this is a mistake in slipway itself, or in something that it uses: "
        f"{type(error).__name__} in {place}: {words}.\n"
        "Run slipway --debug with the same words to see where it came from. What was begun may go on: slipway status "
        "tells."
    )
