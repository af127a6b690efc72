"""`slipway cost` as text."""

import textwrap
from dataclasses import asdict
from decimal import Decimal

from operations.cost.environments import Costs
from operations.cost.estimate import Estimate, Item
from operations.cost.profile import Profile

COLUMNS = 80
NAME, QUANTITY, UNIT, PRICE, MONTHLY = 36, 11, 12, 9, 9
TIED = "\N{NO-BREAK SPACE}"


def lines(costs: Costs) -> list[str]:
    """A table for each environment, and below all of them what the figures rest on."""
    named = [*costs.environments.items(), *([("shared by all", costs.shared)] if costs.shared else [])]
    tables = [line for name, each in named for line in [*_table(name, each), ""]]
    total = [_sum("all together", costs.total_usd), ""] if len(named) > 1 else []
    return [*tables, *total, *_notes(costs)]


def as_data(costs: Costs) -> dict[str, object]:
    """The same as plain data."""
    return {
        "currency": "USD",
        "total_usd": float(costs.total_usd),
        "profile": asdict(costs.profile),
        "environments": {name: each.as_json() for name, each in costs.environments.items()},
        "shared": costs.shared.as_json() if costs.shared else None,
    }


def _table(name: str, estimate: Estimate) -> list[str]:
    return [
        f"{name}: USD a month, with the prices of {estimate.region}",
        _row("item", "quantity", "unit", "price", "monthly"),
        *(_line(item) for item in estimate.items),
        _sum("total", estimate.total_usd),
        *(line for each in estimate.not_priced for line in _wrapped(f"not priced: {each.what}: {each.why}")),
    ]


def _line(item: Item) -> str:
    return _row(
        item.name, _number(item.quantity, 3), item.price.unit, _number(item.unit_usd, 6), f"{item.monthly_usd:,}"
    )


def _row(name: str, quantity: str, unit: str, price: str, monthly: str) -> str:
    return f"{name:<{NAME}}{quantity:>{QUANTITY}} {unit:<{UNIT}} {price:>{PRICE}} {monthly:>{MONTHLY}}"


def _sum(name: str, usd: Decimal) -> str:
    return f"{name:<{COLUMNS - MONTHLY}}{usd:>{MONTHLY},}"


def _number(value: Decimal, places: int) -> str:
    """Without zeros at the end of a fraction."""
    text = f"{round(value, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _notes(costs: Costs) -> list[str]:
    dates = sorted(item.price.date for each in costs.all for item in each.items)
    read = f"AWS's public prices of {dates[0]} to {dates[-1]}" if dates else "AWS's public prices"
    return [
        *_wrapped(f"Assumed: {_options(costs.profile)}"),
        *_wrapped("Tasks run as often as scaling keeps them at least: load, and a rollout's second set, add to it."),
        *_wrapped(
            f"Prices: {read}, each with its source in operations/cost/prices.toml. Left out: taxes, support, traffic "
            "between zones, and what AWS gives each account for nothing, but for three dashboards."
        ),
    ]


def _options(profile: Profile) -> str:
    """As they are typed to change them; an option stays with its value on one line."""
    return " ".join(f"--{name.replace('_', '-')}{TIED}{value:.15g}" for name, value in asdict(profile).items())


def _wrapped(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, COLUMNS, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [line.replace(TIED, " ") for line in wrapped]
