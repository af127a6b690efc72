"""What a step of a job in GitHub Actions hands to the steps and jobs after it."""

import os
from collections.abc import Mapping
from pathlib import Path

from operations.errors import OperationError

FILE = "GITHUB_OUTPUT"
"""The variable in which GitHub Actions names the file of a step's outputs; unset elsewhere."""


def hand_over(outputs: Mapping[str, str]) -> None:
    """Add the outputs to those of the step; outside of GitHub Actions nothing happens.

    Raises:
        OperationError: the file cannot be written, so that what comes after would go wrong.
    """
    file = os.environ.get(FILE)
    if not file:
        return
    for name, value in outputs.items():
        if "\n" in value:
            raise ValueError(f"the output {name} has several lines")
    try:
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.writelines(f"{name}={value}\n" for name, value in outputs.items())
    except OSError as error:
        raise OperationError(
            f"the step's outputs cannot be written: {error.strerror}", fix=f"{FILE} has to name a file of the runner."
        ) from error
