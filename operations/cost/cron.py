"""When an AWS cron expression fires.

As in "Cron expressions reference" of the Amazon EventBridge user guide, to which Application Auto Scaling refers: six
fields, Sunday is day 1, and `L`, `W` and `#` among the days.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from configuration.cron import FIELDS, CronField

SATURDAY, SUNDAY = 6, 7  # of ISO
MINUTES, HOURS, DAYS_OF_MONTH, MONTHS, DAYS_OF_WEEK, YEARS = FIELDS

Matches = Callable[[date], bool]


def firings(expression: str, zone: tzinfo, first: date, days: int) -> Iterator[datetime]:
    """When it fires in so many days from that one on, by the clock of that zone.

    Raises:
        ValueError: it is not such an expression.
    """
    fields = expression.upper().split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"{expression!r} has {len(fields)} fields instead of {len(FIELDS)}")
    minutes, hours = _numbers(fields[0], MINUTES), _numbers(fields[1], HOURS)
    matches = (_day_of_month(fields[2]), _month(fields[3]), _day_of_week(fields[4]), _year(fields[5]))
    for day in (first + timedelta(days=offset) for offset in range(days)):
        if all(match(day) for match in matches):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    yield datetime.combine(day, time(hour, minute), zone)


def _numbers(text: str, field: CronField) -> set[int]:
    """The numbers that values, ranges, lists and steps allow."""
    return {number for item in text.split(",") for number in _of_item(item, field)}


def _of_item(item: str, field: CronField) -> Iterator[int]:
    span, _, step = item.partition("/")
    start, _, end = span.partition("-")
    first = field.first if start == "*" else _number(start, field)
    last = first
    if end or start == "*" or step:
        last = _number(end, field) if end else field.last
    size = field.last - field.first + 1
    for offset in range(0, (last - first) % size + 1, int(step or 1)):
        yield (first - field.first + offset) % size + field.first  # FRI-MON goes over the end of a week


def _number(text: str, field: CronField) -> int:
    return field.names.index(text) + field.first if text in field.names else int(text)


def _month(text: str) -> Matches:
    months = _numbers(text, MONTHS)
    return lambda day: day.month in months


def _year(text: str) -> Matches:
    years = _numbers(text, YEARS)
    return lambda day: day.year in years


def _day_of_month(text: str) -> Matches:
    if text == "?":
        return lambda _: True
    if text == "L":
        return lambda day: day.day == _last_day(day)
    if found := re.fullmatch(r"(L|\d+)W", text):
        wanted = found[1]
        return lambda day: day.day == _nearest_weekday(day, _last_day(day) if wanted == "L" else int(wanted))
    days = _numbers(text, DAYS_OF_MONTH)
    return lambda day: day.day in days


def _last_day(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int:
    """The weekday of the same month that is nearest to that day of it; 0 if the month is shorter."""
    last = _last_day(day)
    if wanted > last:
        return 0
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == SATURDAY:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == SUNDAY:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted


def _day_of_week(text: str) -> Matches:
    if text == "?":
        return lambda _: True
    if text == "L":  # alone it is the last day of the week; after a day, the last of these in a month
        return lambda day: day.isoweekday() == SATURDAY
    if found := re.fullmatch(r"(\w+)#([1-5])", text):
        nth, on = int(found[2]), _numbers(found[1], DAYS_OF_WEEK)
        return lambda day: _weekday(day) in on and (day.day - 1) // 7 + 1 == nth
    if found := re.fullmatch(r"([1-7]|[A-Z]{3})L", text):
        on = _numbers(found[1], DAYS_OF_WEEK)
        return lambda day: _weekday(day) in on and day.day + 7 > _last_day(day)
    days = _numbers(text, DAYS_OF_WEEK)
    return lambda day: _weekday(day) in days


def _weekday(day: date) -> int:
    """As AWS counts it: Sunday is 1."""
    return day.isoweekday() % 7 + 1
