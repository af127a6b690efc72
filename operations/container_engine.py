"""The engine that runs the sandbox's containers, by its command line."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from operations.errors import OperationError
from operations.foreground import run

PROGRAMS = ("docker", "podman")
TASK, CONTAINER = "com.amazonaws.ecs.task-arn", "com.amazonaws.ecs.container-name"
"""Labels that the emulator puts on containers, as the agent of ECS does."""


@dataclass(frozen=True)
class Container:
    """A container on this machine.

    Attributes:
        program: that reaches its engine.
    """

    program: str
    id: str

    def run(self, command: Sequence[str]) -> int:
        """Run the command in it, with this terminal if there is one, and return the exit code."""
        return run([self.program, "exec", *_terminal(), self.id, *command])


def find(task_arn: str, name: str) -> Container:
    """The container of that name in that task.

    Raises:
        OperationError: neither docker nor podman is here, or they know no such container.
    """
    installed = [program for program in PROGRAMS if shutil.which(program)]
    for program in installed:
        listed = subprocess.run(
            [program, "ps", "--quiet", "--filter", f"label={TASK}={task_arn}", "--filter", f"label={CONTAINER}={name}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if listed.returncode == 0 and listed.stdout.split():
            return Container(program, listed.stdout.split()[0])
    if not installed:
        raise OperationError(
            "the sandbox has no ECS Exec, and neither docker nor podman is on PATH to run a command in its containers",
            fix="Install the command line of the engine that runs them.",
        )
    raise OperationError(
        f"{' and '.join(installed)}: no container {name} of the task {task_arn.rpartition('/')[2]}",
        fix="A sandbox without containers runs the service as a process: run the command beside it. Otherwise see that "
        "DOCKER_HOST names the engine that make up found.",
    )


def _terminal() -> list[str]:
    return ["--interactive", "--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else ["--interactive"]
