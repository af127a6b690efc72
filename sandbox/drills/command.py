"""The `slipway` command, run as a user runs it: a process of its own that is given words and judged by its answer."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from operations.errors import OperationError
from sandbox.signals import undisturbed

PROGRAM = Path(sys.executable).with_name("slipway")

PATIENCE = 240.0
"""Seconds until a command that does not end counts as hanging."""

FAREWELL = 15.0
"""Seconds that a command is given to end after SIGTERM."""

OF_THE_CALLER = ("AWS_", "GITHUB_", "CI")
"""How variables begin that would have the command work elsewhere, sign otherwise, or write a job's summary."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        told: the JSON that it printed; empty if it printed none.
        seconds: from its start.
    """

    exit_code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def told(self) -> dict[str, Any]:
        """The JSON that it printed; empty if it printed none."""
        try:
            told = json.loads(self.stdout)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def last_words(self) -> str:
        """The last lines that it wrote on stderr, in one."""
        return " ".join(self.stderr.split("\n")[-4:]).strip()


class Process:
    """A command under way."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process, self._begun = process, time.monotonic()
        self._written: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("stdout", process.stdout), ("stderr", process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def wait_for(self, words: str, patience: float = PATIENCE) -> float:
        """Wait until it has written these words on stderr; the seconds since its start.

        Raises:
            OperationError: it ends without them, or does not come to write them.
        """
        deadline = time.monotonic() + patience
        with self._news:
            while not any(words in line for line in self._written["stderr"]):
                if not self._readers[1].is_alive() or not self._news.wait(deadline - time.monotonic()):
                    written = "".join(self._written["stderr"][-5:])
                    raise OperationError(f"slipway did not come to say {words!r}: {written}", fix="See why it did not.")
        return time.monotonic() - self._begun

    def send(self, number: signal.Signals) -> None:
        """Send it that signal."""
        self._process.send_signal(number)

    def end(self, patience: float = PATIENCE) -> Ended:
        """Wait for its end.

        Raises:
            OperationError: it does not end.
        """
        try:
            code = self._process.wait(patience)
        except subprocess.TimeoutExpired as error:
            raise OperationError(
                f"slipway did not end within {patience:.0f} s", fix="See what it waits for."
            ) from error
        seconds = time.monotonic() - self._begun
        for reader in self._readers:
            reader.join()
        return Ended(code, "".join(self._written["stdout"]), "".join(self._written["stderr"]), seconds)

    def stop(self) -> None:
        """End it if it goes on."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(FAREWELL)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _read(self, name: str, stream: IO[str]) -> None:
        for line in stream:
            with self._news:
                self._written[name].append(line)
                self._news.notify_all()
        stream.close()
        with self._news:
            self._news.notify_all()


class Slipway:
    """The command for one `slipway.toml`."""

    def __init__(self, configuration: Path) -> None:
        self.configuration = configuration

    def __call__(self, *words: str, patience: float = PATIENCE) -> Ended:
        """Run it to its end.

        Raises:
            OperationError: it does not end within the patience, in seconds.
        """
        with self.started(*words) as process:
            return process.end(patience)

    @contextmanager
    def started(self, *words: str) -> Iterator[Process]:
        """Start it, and end it with the block if it has not ended by then."""
        with program([str(PROGRAM), "--configuration", str(self.configuration), *words]) as process:
            yield process


@contextmanager
def program(
    words: list[str], variables: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[Process]:
    """Start a program, and end it with the block if it has not ended by then.

    It has a session of its own, so that Ctrl-C reaches the drill alone, which then ends it.

    Args:
        variables: beside those of this process, without those of a caller's AWS or job.
        folder: the working directory; omitted, that of this process.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_CALLER)}
    process = None
    try:
        with undisturbed():  # one that came within Popen would leave the program behind
            popen = subprocess.Popen(
                words,
                cwd=folder,
                env=inherited | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            process = Process(popen)
        yield process
    finally:
        if process is not None:
            process.stop()
