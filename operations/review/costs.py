"""What an environment costs a month before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from operations.cost.estimate import Estimate, estimate
from operations.errors import OperationError
from operations.review.assembly import Assembly
from operations.review.names import environment_of

UNPRICEABLE = (ArithmeticError, AttributeError, LookupError, OperationError, TypeError, ValueError)
"""What pricing a template may end with that no synthesis of ours makes: the review is worth having without a price."""


@dataclass(frozen=True)
class CostChange:
    """The price of an environment's own resources, or of those that all share.

    Attributes:
        before: USD a month; None if BASE does not have the environment.
        after: likewise in HEAD.
        not_priced: what costs money in HEAD, or may, and is not in `after`.
        problem: why neither has a price; otherwise empty.
    """

    environment: str
    before: Decimal | None
    after: Decimal | None
    not_priced: tuple[str, ...] = ()
    problem: str = ""

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "environment": self.environment,
            "before_usd": None if self.before is None else float(self.before),
            "after_usd": None if self.after is None else float(self.after),
            "not_priced": list(self.not_priced),
            "problem": self.problem,
        }


def cost_changes(base: Assembly, head: Assembly, environments: Sequence[str]) -> list[CostChange]:
    """Price these environments, each with the traffic that `slipway cost` assumes when nothing else is said.

    Of an environment of which either side cannot be priced, as in a region that the price table does not know, only
    that is said.
    """
    changes = []
    for environment in environments:
        try:
            before, after = (_estimate(assembly, environment) for assembly in (base, head))
        except UNPRICEABLE as error:
            problem = error.what if isinstance(error, OperationError) else repr(error)
            changes.append(CostChange(environment, None, None, problem=problem))
        else:
            changes.append(
                CostChange(
                    environment=environment,
                    before=before.total_usd if before else None,
                    after=after.total_usd if after else None,
                    not_priced=tuple(each.what for each in after.not_priced) if after else (),
                )
            )
    return changes


def _estimate(assembly: Assembly, environment: str) -> Estimate | None:
    templates = [each for each in assembly.templates if environment_of(each.name) == environment]
    if not templates:
        return None
    return estimate({each.stack: each.document for each in templates}, region=templates[-1].region)
