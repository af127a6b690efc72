"""The price table, `prices.toml`: what AWS asks, by region, with the date and the source of each figure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prices.toml")
EVERYWHERE = "everywhere"

SPOT = "fargate_spot"
"""Not a price but a factor: what Fargate Spot costs of the price on demand, approximately."""


@dataclass(frozen=True)
class Price:
    """One figure of the table.

    Attributes:
        unit: that it is asked for.
        usd: for one unit; of `SPOT`, the factor.
        date: when the source gave it.
        source: where it was read.
        page: where AWS publishes it.
    """

    unit: str
    usd: Decimal
    date: date
    source: str
    page: str


@cache
def regions() -> tuple[str, ...]:
    """The regions that the table knows."""
    found = {region for item in _table().values() for region in item if isinstance(item[region], dict)}
    return tuple(sorted(found - {EVERYWHERE}))


@cache
def prices_in(region: str) -> Mapping[str, Price]:
    """The prices of that region by item; an item without a price there is missing.

    Raises:
        KeyError: the table does not know the region.
    """
    if region not in regions():
        raise KeyError(region)
    return {
        name: _price(item, item[place])
        for name, item in _table().items()
        for place in (region, EVERYWHERE)
        if place in item
    }


def _price(item: Mapping[str, Any], figure: Mapping[str, Any]) -> Price:
    return Price(
        unit=item["unit"],
        usd=figure["usd"] if "usd" in figure else figure["share"],
        date=figure["date"],
        source=figure["source"],
        page=f"https://aws.amazon.com/{item['page']}/",
    )


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"), parse_float=Decimal)
