"""One thing to tell of a run."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What happened, in the words that everything begins with."""

    DEPLOYED = "DEPLOYED"
    BUILT = "BUILT"
    NOT_DEPLOYED = "NOT DEPLOYED"
    CANCELLED = "CANCELLED"
    ROLLED_BACK = "ROLLED BACK"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class Severity(IntEnum):
    """How much it matters to somebody who has to act.

    Attributes:
        OK: there is nothing to do.
        WARNING: nothing was changed, and something has to be mended.
        ERROR: a deployment failed, and what served before serves.
        CRITICAL: what serves is not what was there before, or is not known.
    """

    OK = 0
    WARNING = 1
    ERROR = 2
    CRITICAL = 3


@dataclass(frozen=True)
class Finding:
    """One thing to tell of a run.

    Attributes:
        title: the stage or the environment that it is about.
        text: what happened and why; a sentence or two.
        fix: what to type or to change; empty if there is nothing to do.
        serving: what serves now; a sentence.
        url: where it serves; empty if that is not known.
        before: whether it is about a stage before the deployments.
    """

    kind: Kind
    title: str
    text: str
    fix: str = ""
    serving: str = ""
    url: str = ""
    severity: Severity = Severity.OK
    before: bool = False

    @property
    def well(self) -> bool:
        """Whether it ended as it was meant to."""
        return self.kind in {Kind.DEPLOYED, Kind.BUILT, Kind.NOT_DEPLOYED} and self.severity is Severity.OK

    @property
    def proves(self) -> bool:
        """Whether an earlier failure of the same environment is over by it; that nothing was done proves nothing."""
        return self.kind is Kind.DEPLOYED and self.severity is Severity.OK
