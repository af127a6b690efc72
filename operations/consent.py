"""Asking before something is changed."""

import sys

import typer

from operations.errors import ExitCode, OperationError


def require(question: str) -> None:
    """Ask at the terminal, on stderr.

    Raises:
        OperationError: it is refused, or nobody can be asked.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        typer.echo(question, err=True)
        raise OperationError(
            "nobody can be asked: this is no terminal",
            fix="Add --yes to go on without being asked.",
            exit_code=ExitCode.BAD_INPUT,
        )
    typer.echo(f"{question} [y/N]: ", err=True, nl=False)  # typer.confirm leaves a space on stdout
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise OperationError(
            "you did not want it; nothing was changed", fix="Run it again to go on.", exit_code=ExitCode.REFUSED
        )
