"""Ctrl-C, and the SIGTERM of a cancelled job, noticed between two looks instead of in the middle of one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether somebody wants to end the wait, and the wait itself."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def asked(self) -> bool:
        """Whether a signal came since the last `forget`."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Note that somebody wants to end the wait."""
        self._asked.set()

    def forget(self) -> None:
        """Go on as if nobody had asked."""
        self._asked.clear()

    def wait(self, seconds: float) -> bool:
        """Wait that long, shorter if somebody wants to end the wait; say whether somebody does."""
        return self._asked.wait(seconds)


@contextmanager
def noticing(interruption: Interruption) -> Iterator[None]:
    """Let SIGINT and SIGTERM be noticed by the interruption; the second of them ends the program as it always does.

    Only the main thread gets signals; elsewhere nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def notice(_number: int, _frame: FrameType | None) -> None:
        if interruption.asked:
            raise KeyboardInterrupt
        interruption.ask()

    before = {number: signal.signal(number, notice) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
