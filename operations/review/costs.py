"""What an environment costs a month before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class CostChange:
    """The price of an environment's own resources, or of those that all share.

    Attributes:
        before: USD a month; None if BASE does not have the environment.
        after: likewise in HEAD.
    """

    environment: str
    before: Decimal | None
    after: Decimal | None

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "environment": self.environment,
            "before_usd": None if self.before is None else float(self.before),
            "after_usd": None if self.after is None else float(self.after),
        }


Costs = Sequence[CostChange]
