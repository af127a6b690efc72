"""Saying on stderr what is being done and how long it took."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Steps with their durations; safe to be used from several threads.

    Attributes:
        seconds: of every finished step, by its name, in the order in which they ended.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say that this begins, and how it ended."""
        self.say(f"... {name}")
        begun = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"FAILED {name} after {time.monotonic() - begun:.1f} s")
            raise
        self.seconds[name] = time.monotonic() - begun
        self.say(f"done {name} in {self.seconds[name]:.1f} s")

    def say(self, line: str) -> None:
        """Write one line."""
        with self._lock:
            print(line, file=sys.stderr, flush=True)
