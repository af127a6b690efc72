"""Processes that go on when the command has ended."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def start(command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path) -> int:
    """Start a process of its own session, so that Ctrl-C does not reach it, and return its id.

    Args:
        folder: the working directory.
        log: overwritten; takes stdout and stderr.
    """
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return process.pid


def runs(pid: object, words: str) -> bool:
    """Whether the process of that id is alive and has these words in its command line; ids are used again."""
    if not isinstance(pid, int):
        return False
    _reap(pid)
    listed = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return words in listed and not listed.startswith("Z")


def stop(pid: object, words: str, *, patience: float = 20) -> bool:
    """End that process, SIGTERM first and SIGKILL after the patience; say whether there was one.

    Args:
        words: must be in its command line; nothing is done otherwise.
        patience: in seconds.
    """
    if not isinstance(pid, int) or not runs(pid, words):
        return False
    os.kill(pid, signal.SIGTERM)
    if not eventually(lambda: not runs(pid, words), patience):
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not runs(pid, words), patience)
    return True


def eventually(holds: Callable[[], bool], patience: float, interval: float = 0.1) -> bool:
    """Whether it comes to hold within the patience, looked at once in each interval; both times in seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # one that an earlier command started is reaped by init
        os.waitpid(pid, os.WNOHANG)
