"""How the verbs end that wait for a verdict."""

import json
import os
from pathlib import Path
from typing import NoReturn

import typer

from operations.errors import OperationError
from operations.pipeline.step_outputs import hand_over
from operations.rendering.rollout import lines, markdown
from operations.rollout.outcome import Outcome

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable in which GitHub Actions names the file of a job's summary."""


def end(outcome: Outcome, *, as_json: bool, file: Path | None = None) -> NoReturn:
    """Print the outcome, tell GitHub Actions of it if this is a job there, and end with its exit code.

    A job's summary gets the outcome, and the step two outputs: `verdict`, and `rolled_out`, which is `false` if there
    was nothing to roll out.

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
    try:
        hand_over({"verdict": outcome.judgement.verdict.name, "rolled_out": json.dumps(outcome.rollout is not None)})
    except OperationError as error:  # likewise
        typer.echo(f"{error.what}.", err=True)
    if summary := os.environ.get(SUMMARY):
        try:
            with Path(summary).open("a", encoding="utf-8") as opened:
                opened.write(markdown(outcome))
        except OSError as error:  # the verdict stands
            typer.echo(f"The job's summary cannot be written: {error}.", err=True)
    raise typer.Exit(outcome.exit_code)
