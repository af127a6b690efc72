"""A terminal, and somebody who sits at it."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


class Terminal(io.StringIO):
    """What somebody types, or sees."""

    def isatty(self) -> bool:
        return True


@contextmanager
def at_terminal(typed: str = "") -> Iterator[Terminal]:
    """Somebody sits at a terminal of 80 columns without colours, and has typed this.

    Inside of the test, because pytest puts its own streams in place between a fixture and the test.
    """
    with Terminal() as screen, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        patch.setattr(sys, "stdin", Terminal(typed))
        patch.setenv("COLUMNS", "80")
        patch.setenv("TERM", "dumb")
        yield screen
