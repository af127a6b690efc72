"""How the verbs end that wait for a verdict."""

import json
import os
from pathlib import Path
from typing import NoReturn

import typer

from operations.rendering.rollout import lines, markdown
from operations.rollout.outcome import Outcome

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable in which GitHub Actions names the file of a job's summary."""


def end(outcome: Outcome, *, as_json: bool, file: Path | None = None) -> NoReturn:
    """Print the outcome, add it to the job's summary if there is one, and end with its exit code.

    Args:
        file: where the outcome is written as JSON, too; its folder is made.
    """
    typer.echo(json.dumps(outcome.as_json(), indent=2) if as_json else "\n".join(lines(outcome)))
    if file:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(outcome.as_json(), indent=2), encoding="utf-8")
        except OSError as error:  # the verdict stands
            typer.echo(f"The outcome cannot be written to {file}: {error.strerror}.", err=True)
    if summary := os.environ.get(SUMMARY):
        try:
            with Path(summary).open("a", encoding="utf-8") as opened:
                opened.write(markdown(outcome))
        except OSError as error:  # the verdict stands
            typer.echo(f"The job's summary cannot be written: {error}.", err=True)
    raise typer.Exit(outcome.exit_code)
