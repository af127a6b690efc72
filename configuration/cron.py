"""Cron expressions as AWS writes them: six fields, which differ from those of Unix."""

import re
from typing import Annotated, NamedTuple

from pydantic import AfterValidator


class CronField(NamedTuple):
    """One of the six fields.

    Attributes:
        first: the smallest number that it takes.
        last: the largest.
        names: what may stand for a number; empty, nothing.
        special: pattern of what else it may be as a whole; empty, nothing.
        steps: whether it takes them, such as `0/15`.
    """

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    special: str = ""
    steps: bool = True


DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

# "Cron expressions reference" in the Amazon EventBridge user guide, to which Application Auto Scaling refers.
FIELDS = (
    CronField("minutes", 0, 59),
    CronField("hours", 0, 23),
    CronField("day of the month", 1, 31, special=r"\?|L|([1-9]|[12][0-9]|3[01])W"),
    CronField("month", 1, 12, names=MONTHS),
    CronField("day of the week", 1, 7, names=DAYS, special=rf"\?|L|([1-7]|{'|'.join(DAYS)})(L|#[1-5])", steps=False),
    CronField("year", 1970, 2199),
)
DAY_OF_MONTH, DAY_OF_WEEK = 2, 4
EXAMPLE = "'0 20 ? * MON-FRI *'"


def _cron(expression: str) -> str:
    fields = expression.split()
    if len(fields) != len(FIELDS):
        raise ValueError(
            "must be the six fields of an AWS cron expression, minutes, hours, day of the month, month, day of the "
            f"week and year, such as {EXAMPLE}, is {expression!r} with {len(fields)}"
        )
    for field, text in zip(FIELDS, fields, strict=True):
        if not re.fullmatch(field.special, text) and not all(_is_item(field, item) for item in text.split(",")):
            raise ValueError(f"must have {_allowed(field)} as {field.name}, has {text!r}")
    if (fields[DAY_OF_MONTH] == "?") == (fields[DAY_OF_WEEK] == "?"):
        raise ValueError(
            "must have ? as either day of the month or day of the week, as AWS asks for, such as "
            f"{EXAMPLE}, is {expression!r}"
        )
    return " ".join(fields)


def _is_item(field: CronField, item: str) -> bool:
    """Whether AWS takes this between two commas: *, a value or a range of two, each with or without a step."""
    span, stepped, step = item.partition("/")
    if stepped and not (field.steps and re.fullmatch(r"[1-9]\d{0,2}", step)):
        return False
    ends = span.split("-")
    return span == "*" or (len(ends) in {1, 2} and all(_is_value(field, end) for end in ends))


def _is_value(field: CronField, text: str) -> bool:
    if re.fullmatch(r"[0-9]{1,4}", text):
        return field.first <= int(text) <= field.last
    return text in field.names


def _allowed(field: CronField) -> str:
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    return f"{field.first} to {field.last}{names}, {'* or ?' if field.special else 'or *'}"


CronExpression = Annotated[str, AfterValidator(_cron)]
"""Six fields, with single spaces between them; where a value has several problems, the first is told."""
