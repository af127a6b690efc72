"""Somebody who releases, looked over the shoulder: what a command ended with, and what was to be seen meanwhile."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox, get
from tests.end_to_end.deployment_job import DeploymentJob
from tests.end_to_end.load import Load


@dataclass(frozen=True)
class Ended:
    """What somebody did in a job of the pipeline under a small load, and what was to be seen right after it.

    Attributes:
        before: the tag that served until then.
        served: the tag that answers now.
        status: what `slipway status` tells now.
        told: what further verbs have printed now, by their names.
        folder: of the job.
    """

    tag: str
    before: str
    outcome: dict[str, Any]
    load: Load
    served: str
    status: dict[str, Any]
    told: dict[str, Any]
    folder: Path


class Operator:
    """Does one thing after the other, each with folders and a load of its own."""

    def __init__(self, sandbox: Sandbox, folders: pytest.TempPathFactory) -> None:
        self._sandbox, self._folders = sandbox, folders

    def does(self, tag: str, *words: str, expected: int, **then: tuple[str, ...]) -> Ended:
        """Run the words in a job, and after it a verb for each keyword."""
        sandbox, folder, before = self._sandbox, self._folders.mktemp("job"), served(self._sandbox)
        with pytest.MonkeyPatch.context() as shell, Load(f"{sandbox.url}/") as load:
            job = DeploymentJob(sandbox, folder, shell)
            job.begin()
            outcome = outcome_of(sandbox.slipway(*words, "--json", *job.outcome), expected)
        told = {name: sandbox.slipway(*verb) for name, verb in then.items()}
        status = sandbox.status()
        return Ended(tag, before, outcome, load, served(sandbox), status, told, folder)


def outcome_of(finished: subprocess.CompletedProcess[str], expected: int) -> dict[str, Any]:
    assert finished.returncode == expected, finished.stdout + finished.stderr
    outcome: dict[str, Any] = json.loads(finished.stdout) if finished.stdout else {}
    return outcome


def served(sandbox: Sandbox) -> str:
    """The tag that answers at the URL."""
    tag: str = get(f"{sandbox.url}/")["image_tag"]
    return tag
