"""What a drill found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.drills.traffic import Traffic


class Verdict(StrEnum):
    """Whether the promise was kept."""

    KEPT = "kept"
    BROKEN = "broken"
    IMPOSSIBLE = "not possible here"


@dataclass(frozen=True)
class Check:
    """One thing that the promise means.

    Attributes:
        says: what has to hold; a clause.
        seen: what was there to be seen instead, or as well; empty if there is nothing to add.
    """

    says: str
    holds: bool
    seen: str = ""


@dataclass(frozen=True)
class Step:
    """Something that was done or waited for.

    Attributes:
        parts: what its seconds went into, as far as that is known.
    """

    name: str
    seconds: float
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Result:
    """What became of one drill.

    Attributes:
        promise: one sentence.
        happened: what was seen, in a clause; or why the drill is not possible here.
        traffic: None if there was no load.
        seconds: in all, with the setting right afterwards.
        roles: the image tags by what they are called in the accounts of the traffic.
    """

    name: str
    promise: str
    verdict: Verdict
    happened: str
    checks: Sequence[Check] = ()
    steps: Sequence[Step] = ()
    traffic: Traffic | None = None
    seconds: float = 0.0
    roles: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "name": self.name,
            "promise": self.promise,
            "verdict": self.verdict.value,
            "happened": self.happened,
            "checks": [{"says": each.says, "holds": each.holds, "seen": each.seen} for each in self.checks],
            "steps": [
                {
                    "name": step.name,
                    "seconds": round(step.seconds, 1),
                    "parts": [{"name": name, "seconds": round(seconds, 1)} for name, seconds in step.parts],
                }
                for step in self.steps
            ],
            "traffic": self.traffic.as_json() if self.traffic else None,
            "seconds": round(self.seconds, 1),
            "image_tags": self.roles,
        }


def verdict_of(checks: Sequence[Check]) -> Verdict:
    """Kept if every check holds; a drill that has checked nothing has kept nothing."""
    return Verdict.KEPT if checks and all(check.holds for check in checks) else Verdict.BROKEN
