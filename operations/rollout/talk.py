"""What the work on a rollout needs of whoever runs the verb."""

from enum import StrEnum
from typing import Protocol

from operations.deployment.record import Rollout
from operations.rollout.interruption import Interruption
from operations.rollout.look import Look


class Answer(StrEnum):
    """What somebody wants who has ended the wait."""

    ROLLBACK = "rollback"
    LEAVE = "leave"
    CONTINUE = "continue"


class Talk(Protocol):
    """Whoever runs the verb: a person at a terminal, or a program.

    Attributes:
        interruption: whether somebody wants to end the wait.
    """

    interruption: Interruption

    def show(self, look: Look, rollout: Rollout | None, elapsed: float) -> None:
        """Show how far the rollout is, so many seconds after the beginning."""

    def note(self, text: str) -> None:
        """Say something."""

    def interrupted(self) -> Answer:
        """What is to be done now that somebody has ended the wait."""
        ...

    def confirm(self, question: str) -> None:
        """Ask for consent.

        Raises:
            OperationError: it is refused, or nobody can be asked.
        """
