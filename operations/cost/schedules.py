"""How many tasks run on average when the bounds of scaling change by the clock."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from operations.cost.cron import firings

FIRST_DAY = date(2029, 1, 1)
"""A Monday. Which year is looked at hardly matters, but that it is always the same keeps an estimate the same."""

DAYS = 52 * 7
"""So that every day of the week counts as often; both changes of summer time are among them."""


def average_minimum(target: Mapping[str, Any]) -> Decimal:
    """The lower bound of that scalable target, as an average over a year.

    Actions count if they recur by a cron expression and change the lower bound; those that are limited to a year, or
    that happen once (`at`) or by an interval (`rate`), do not.

    Args:
        target: the properties of an `AWS::ApplicationAutoScaling::ScalableTarget`.
    """
    changes = sorted(
        (moment, minimum) for action in target.get("ScheduledActions", []) for moment, minimum in _changes(action)
    )
    if not changes:
        return Decimal(str(target.get("MinCapacity", 0)))
    # The last change of a year is what the next one begins with.
    begin = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
    end = begin + timedelta(days=DAYS)
    moments = [begin, *(min(max(moment, begin), end) for moment, _ in changes), end]
    minimums = [changes[-1][1], *(minimum for _, minimum in changes)]
    total = sum(
        (after - before).total_seconds() * minimum
        for (before, after), minimum in zip(pairwise(moments), minimums, strict=True)
    )
    return Decimal(round(total)) / Decimal(round((end - begin).total_seconds()))


def _changes(action: Mapping[str, Any]) -> Iterator[tuple[datetime, int]]:
    found = re.fullmatch(r"cron\((.+)\)", action["Schedule"].strip())
    bounds = action.get("ScalableTargetAction", {})
    if found and "MinCapacity" in bounds:
        zone = ZoneInfo(action.get("Timezone", "UTC"))
        for moment in firings(found[1], zone, FIRST_DAY, DAYS):
            yield moment.astimezone(UTC), int(bounds["MinCapacity"])
