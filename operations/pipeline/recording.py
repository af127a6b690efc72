"""Recording how the deployment of an environment ended, at the end of its job."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configuration import Configuration, Environment
from operations.errors import ExitCode, OperationError
from operations.notification.record import (
    FILE,
    Record,
    Result,
    Serving,
    attempt_of,
    outcome_in,
    results_of,
    troubles_in,
)
from operations.status import read

ERRORS = "errors.jsonl"
"""In the folder of the outcomes: where the variable SLIPWAY_ERRORS of the job leads."""


def record(
    configuration: Configuration, environment: Environment, *, tag: str, status: str, steps: str, outcomes: Path
) -> Record:
    """Write down how the deployment ended, and what serves now, by AWS.

    Args:
        status: of the job so far, as GitHub's context `job` has it.
        steps: GitHub's context of that name, as JSON.
        outcomes: folder of what the verbs of the job have written; the record is put there, too.

    Raises:
        OperationError: GitHub's contexts are none, or the file cannot be written.
    """
    context = _parsed(steps)
    due = context.get("due", {}).get("outputs", {}).get("due", "true")
    recorded = Record(
        environment=environment.name,
        tag=tag,
        status=_status(status),
        steps=results_of(context),
        due=due != "false",
        release=outcome_in(outcomes / "release.json"),
        rollback=outcome_in(outcomes / "rollback.json"),
        abort=outcome_in(outcomes / "abort.json"),
        troubles=troubles_in(outcomes / ERRORS),
        serving=_serving(configuration, environment),
        attempt=attempt_of(os.environ),
    )
    _write(outcomes / FILE, recorded)
    return recorded


def _parsed(steps: str) -> Mapping[str, Any]:
    try:
        context = json.loads(steps)
    except ValueError:
        context = None
    if not isinstance(context, dict):
        raise _unusable("STEPS is not GitHub's context of the steps as JSON")
    return context


def _status(status: str) -> Result:
    if status not in set(Result):
        raise _unusable(f"{status!r} is not the status of a job")
    return Result(status)


def _unusable(what: str) -> OperationError:
    return OperationError(
        what,
        fix="See how .github/workflows/pipeline.yml calls this; outside of GitHub it is of no use.",
        exit_code=ExitCode.BAD_INPUT,
    )


def _serving(configuration: Configuration, environment: Environment) -> Serving:
    """What AWS says; that it cannot be asked must not take the rest of the record away."""
    try:
        status = read(configuration, environment)
    except OperationError as error:
        return Serving(problem=error.what)
    return Serving(tag=status.image_tag, state=status.deployment.status, url=status.url)


def _write(file: Path, recorded: Record) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(recorded.as_json(), indent=2), encoding="utf-8")
    except OSError as error:
        raise OperationError(
            f"the record cannot be written to {file}: {error.strerror}", fix="Name another folder with --outcomes."
        ) from error
