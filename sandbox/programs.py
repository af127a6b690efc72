"""Running a program to its end with its output in sight."""

import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from operations.errors import OperationError
from sandbox.processes import eventually
from sandbox.signals import undisturbed

FAREWELL = 10.0
"""Seconds that a program and what it has started are given to end after SIGTERM."""


def run(
    command: Sequence[str],
    *,
    doing: str,
    fix: str,
    say: Callable[[str], None],
    environment: Mapping[str, str],
    folder: Path,
    repeated_lines: int = 0,
) -> None:
    """Run that program and hand on each line it writes.

    Args:
        doing: what the program is run for, as it follows "cannot"; part of the error.
        fix: what the user can do when it fails; part of the error.
        folder: the working directory.
        repeated_lines: how many of the last ones are shown again at a failure, for a program of which not all were.

    Raises:
        OperationError: the program is missing or ends with another code than 0.
    """
    if shutil.which(command[0], path=environment.get("PATH")) is None:
        raise OperationError(f"cannot {doing}: {command[0]} is not installed", fix=fix)
    last: deque[str] = deque(maxlen=repeated_lines)
    with _program(command, environment, folder) as process:
        assert process.stdout is not None  # noqa: S101 - stdout=PIPE below
        for line in process.stdout:
            last.append(line.rstrip())
            say(f"    {line.rstrip()}")
        process.wait()
    if process.returncode:
        for line in last:
            print(line, file=sys.stderr)
        name = Path(command[0]).name
        raise OperationError(f"cannot {doing}: {name} ended with exit code {process.returncode}", fix=fix)


@contextmanager
def _program(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """Start a program and end it with the block, together with what it has started: `node` of a wheel is two processes.

    A signal waits until the program is there to be ended: one that comes within Popen would leave it behind.
    """
    process = None
    try:
        with undisturbed():
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                process_group=0,
            )
        yield process
    finally:
        if process is not None:
            with undisturbed(), process:
                _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None and not _group_lives(process.pid):
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        eventually(lambda: process.poll() is not None and not _group_lives(process.pid), FAREWELL, interval=0.01)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
