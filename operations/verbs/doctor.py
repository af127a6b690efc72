"""`slipway doctor [ENVIRONMENT]`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from operations.completion import environment_names, image_tags
from operations.context import configuration_of
from operations.errors import ExitCode, OperationError


def doctor(
    context: typer.Context,
    environment: Annotated[
        str | None,
        typer.Argument(
            help="As in slipway.toml; omitted, what all environments of the account need.",
            metavar="ENVIRONMENT",
            autocompletion=environment_names,
        ),
    ] = None,
    tag: Annotated[
        str | None,
        typer.Option(
            help="Image tag to be released; omitted, the deployed one.", metavar="TAG", autocompletion=image_tags
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help="File with a token of GitHub's, or - for stdin: which role accepts it?", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at everything that a release needs, before anything can fail."""
    from operations.doctor import examine
    from operations.rendering.doctor import lines, summary

    configuration = configuration_of(context)
    chosen = configuration.environment(environment) if environment else None
    examination = examine(configuration, chosen, image_tag=tag, token=_read(token))
    typer.echo(json.dumps(examination.as_json(), indent=2) if as_json else "\n".join(lines(examination)))
    typer.echo(summary(examination), err=True)
    if examination.failed:
        raise typer.Exit(ExitCode.REFUSED)


def _read(file: str | None) -> str | None:
    if file is None:
        return None
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise OperationError(
            f"--token: {file} cannot be read: {why}",
            fix="Name a file with a token, or - for stdin.",
            exit_code=ExitCode.BAD_INPUT,
        ) from error
