"""Running a program to its end with its output in sight."""

import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from operations.errors import OperationError


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
    with subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - stdout=PIPE above
        try:
            for line in process.stdout:
                last.append(line.rstrip())
                say(f"    {line.rstrip()}")
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        for line in last:
            print(line, file=sys.stderr)
        name = Path(command[0]).name
        raise OperationError(f"cannot {doing}: {name} ended with exit code {process.returncode}", fix=fix)
