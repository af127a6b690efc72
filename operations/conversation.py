"""How the verbs that take a while talk with whoever runs them: on stderr, with a table if it is a terminal."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

from operations.consent import require
from operations.deployment.record import Rollout
from operations.rendering.rollout import clock, facts, line
from operations.rollout.cancel import OnCancel
from operations.rollout.interruption import Interruption, noticing
from operations.rollout.look import Look
from operations.rollout.talk import Answer

if TYPE_CHECKING:
    from rich.live import Live

ANSWERS = {"r": Answer.ROLLBACK, "l": Answer.LEAVE, "c": Answer.CONTINUE}


class Conversation:
    """With a person at a terminal, or with the log of a job.

    Attributes:
        interruption: whether somebody wants to end the wait.
    """

    def __init__(self, on_cancel: OnCancel | None = None, *, consented: bool = False) -> None:
        """Begin it.

        Args:
            on_cancel: omitted, it is asked at a terminal; elsewhere the rollout is left to itself.
            consented: whether every question is answered with yes.
        """
        self.interruption = Interruption()
        self._on_cancel, self._consented = on_cancel or OnCancel.ASK, consented
        self._at_terminal = sys.stdin.isatty() and sys.stderr.isatty()
        self._live: Live | None = None
        self._last: dict[str, str] = {}
        self._interruptions = 0

    def show(self, look: Look, rollout: Rollout | None, elapsed: float) -> None:
        """Show how far the rollout is: in the table, or on a line if something has changed."""
        shown = facts(look, rollout)
        if sys.stderr.isatty():
            self._draw(shown, rollout, elapsed)
        elif shown != self._last:
            typer.echo(line(shown, elapsed), err=True)
        self._last = shown

    def note(self, text: str) -> None:
        """Say something; above the table if there is one."""
        if self._live:
            self._live.console.print(text, markup=False, highlight=False)
        else:
            typer.echo(text, err=True)

    def interrupted(self) -> Answer:
        """What is to be done now that somebody has ended the wait; who does it twice wants to leave."""
        self._interruptions += 1
        self._put_away()
        if self._on_cancel is OnCancel.ASK and self._at_terminal:
            return self._asked()
        if self._on_cancel is OnCancel.ROLLBACK and self._interruptions == 1:
            self.note("Ended from outside: the rollout is taken back.")
            return Answer.ROLLBACK
        self.note("Ended from outside: the rollout goes on without being watched.")
        return Answer.LEAVE

    def confirm(self, question: str) -> None:
        """Ask for consent.

        Raises:
            OperationError: it is refused, or nobody can be asked.
        """
        if self._consented:
            self.note(question.removesuffix(" Go on?"))
            return
        with answered_by_signals():
            require(question)

    def __enter__(self) -> Self:
        self._noticing = noticing(self.interruption)
        self._noticing.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._put_away()
        self._noticing.__exit__(kind, error, trace)

    def _asked(self) -> Answer:
        with answered_by_signals():
            try:
                word = typer.prompt("(r)oll back, (l)eave it to itself, or (c)ontinue to watch?", default="c", err=True)
            except typer.Abort:
                return Answer.LEAVE
        return ANSWERS.get(word.strip().lower()[:1], Answer.CONTINUE)

    def _draw(self, shown: dict[str, str], rollout: Rollout | None, elapsed: float) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
        from rich.live import Live  # noqa: PLC0415 - likewise
        from rich.table import Table  # noqa: PLC0415 - likewise

        table = Table(title=rollout.target.tag if rollout else None, show_header=False, title_justify="left")
        for name, value in {**shown, "elapsed": clock(elapsed)}.items():
            table.add_row(name, value)
        if self._live is None:
            self._live = Live(table, console=Console(stderr=True), auto_refresh=False)
            self._live.start()
        self._live.update(table, refresh=True)

    def _put_away(self) -> None:
        """Leave the table as it is now; the next look begins another."""
        if self._live:
            self._live.stop()
            self._live = None


@contextmanager
def answered_by_signals() -> Iterator[None]:
    """Let Ctrl-C end a question, as it always does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
