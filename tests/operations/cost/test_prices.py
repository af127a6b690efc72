"""The price table: every figure with a date and a source, and every figure of use."""

import re
import tomllib
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from operations.cost.prices import EVERYWHERE, SPOT, TABLE, prices_in, regions
from tests.conftest import PROJECT

ITEMS: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text())
FIGURES = [(name, region) for name, item in ITEMS.items() for region in item if isinstance(item[region], dict)]
WITHOUT_FIGURE = {("fargate_ephemeral_storage", "eu-central-1")}
"""Named in the table itself; an estimate says so when it needs one."""


@pytest.mark.parametrize(("name", "region"), FIGURES)
def test_every_price_has_a_date_and_a_source(name: str, region: str) -> None:
    item, figure = ITEMS[name], ITEMS[name][region]
    assert set(item) - set(regions()) - {EVERYWHERE} == {"unit", "page"}
    assert set(figure) == {"share" if name == SPOT else "usd", "date", "source"}
    assert 0 < figure.get("usd", figure.get("share")) < 10
    assert date(2024, 1, 1) <= figure["date"] <= date.today()  # noqa: DTZ011 - a day more or less does not matter
    assert re.match(r"Price List |bill |Infracost$|page|approximation ", figure["source"])
    assert re.fullmatch(r"[a-z0-9-]+/pricing(/on-demand)?", item["page"])


def test_prices_are_there_for_every_region_that_the_table_speaks_of() -> None:
    assert {"us-east-1", "eu-central-1"} <= set(regions())
    missing = {(name, region) for region in regions() for name in ITEMS if name not in prices_in(region)}
    assert missing == WITHOUT_FIGURE


def test_a_price_is_either_of_some_regions_or_of_all() -> None:
    both = [name for name, item in ITEMS.items() if EVERYWHERE in item and set(item) & set(regions())]
    assert both == []


def test_no_price_is_kept_that_nothing_asks_for() -> None:
    folder = PROJECT / "operations" / "cost"
    code = "".join(path.read_text() for path in chain(folder.glob("*.py"), Path(folder / "pricers").glob("*.py")))
    asked = {name for name in ITEMS if f'"{name}"' in code or name.startswith(("fargate_vcpu_", "fargate_memory_"))}
    assert asked == set(ITEMS)


def test_arm64_costs_less_than_x86_64_in_every_region() -> None:
    for region in regions():
        prices = prices_in(region)
        for of in ("vcpu", "memory"):
            assert prices[f"fargate_{of}_arm64"].usd < prices[f"fargate_{of}_x86_64"].usd
