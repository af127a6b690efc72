"""The part of the comment on a pull request that says what a change costs."""

from collections.abc import Sequence

from operations.rendering.markdown import plain, table
from operations.review.costs import CostChange
from operations.review.names import SHARED


def cost_section(costs: Sequence[CostChange]) -> list[str]:
    """The costs a month before and after, by environment."""
    if not costs:
        return []
    rows = [
        [called(each.environment), _usd(each.before), _usd(each.after), _difference(each)]
        for each in costs
        if not each.problem
    ]
    not_priced = dict.fromkeys(what for each in costs for what in each.not_priced)
    return [
        "### Cost a month in USD",
        "",
        *(table(["Environment", "Before", "After", "Difference"], rows, numbers=True) if rows else []),
        "",
        "With the traffic that `slipway cost` assumes when nothing else is said.",
        *([f"Not in these prices: {plain(', '.join(not_priced))}."] if not_priced else []),
        *(f"No price of {called(each.environment)}: {plain(each.problem)}." for each in costs if each.problem),
    ]


def _usd(amount: object) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _difference(cost: CostChange) -> str:
    return f"{(cost.after or 0) - (cost.before or 0):+,.2f}"


def called(environment: str) -> str:
    """The environment in words."""
    return "shared by all" if environment == SHARED else plain(environment)
