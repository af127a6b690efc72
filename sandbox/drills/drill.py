"""What a drill is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from sandbox.drills.stage import Stage
from sandbox.drills.traffic import Traffic


class NotPossibleHereError(Exception):
    """The machine, its engine or the emulator cannot do what the drill needs; the message says why."""


class Drill(ABC):
    """One rehearsed failure.

    Attributes:
        name: as the command line takes it.
        promise: one sentence, which the checks of `run` are about.
        under_load: whether there are requests all the time.
    """

    name: ClassVar[str]
    promise: ClassVar[str]
    under_load: ClassVar[bool] = True

    @abstractmethod
    def run(self, stage: Stage) -> str:
        """Break it and check what becomes of it; return what happened, in a clause.

        Raises:
            NotPossibleHereError: it cannot be done here.
            OperationError: something that the drill only needs went wrong: the promise counts as broken.
        """

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Check what became of the requests, after the last one; none may have failed where a drill does not say so."""
        stage.check("no request failed", traffic.sent and not traffic.failures, reasons(traffic))


def reasons(traffic: Traffic) -> str:
    """Why requests failed, in words; empty if none did."""
    return "; ".join(
        f"{count} of {role}: {reason}" for role, counts in traffic.failed.items() for reason, count in counts.items()
    )
