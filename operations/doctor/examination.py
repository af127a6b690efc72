"""What an examination finds."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from operations.advice import Advice


class Outcome(StrEnum):
    """Of a check.

    Attributes:
        OK: what was looked for was seen.
        WARN: it may do harm, or could not be seen at all.
        FAIL: a release would fail, or would be refused.
    """

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what it is.
        says: what was seen; a clause without a full stop.
        fix: what to type or to change; one sentence. Empty if there is nothing to do.
    """

    name: str
    outcome: Outcome
    says: str
    fix: str = ""

    @classmethod
    def ok(cls, name: str, says: str) -> "Check":
        """What was looked for was seen."""
        return cls(name, Outcome.OK, says)

    @classmethod
    def warn(cls, name: str, advice: Advice) -> "Check":
        """It may do harm, or could not be seen."""
        return cls(name, Outcome.WARN, advice.says, advice.fix)

    @classmethod
    def fail(cls, name: str, advice: Advice) -> "Check":
        """A release would fail."""
        return cls(name, Outcome.FAIL, advice.says, advice.fix)


@dataclass(frozen=True)
class Examination:
    """All that was looked at.

    Attributes:
        subject: the environment; without one, the account.
        checks: in the order in which they matter.
    """

    subject: str
    checks: tuple[Check, ...]

    @property
    def failed(self) -> bool:
        """Whether one of the checks failed."""
        return any(check.outcome is Outcome.FAIL for check in self.checks)

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {"subject": self.subject, "failed": self.failed, "checks": [asdict(check) for check in self.checks]}
