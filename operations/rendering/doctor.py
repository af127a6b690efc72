"""`slipway doctor` as text."""

import textwrap

from operations.doctor import Check, Examination, Outcome

COLUMNS = 80
INDENT = " " * len("FAIL  ")


def lines(examination: Examination) -> list[str]:
    """A check begins with its outcome; below it stands what to do; names and commands stay whole."""
    return [line for check in examination.checks for line in _check(check)]


def summary(examination: Examination) -> str:
    """How many checks there are of each outcome."""
    outcomes = [check.outcome for check in examination.checks]
    counted = (f"{outcomes.count(each)} {each}" for each in reversed(Outcome) if each in outcomes)
    return f"{examination.subject}: {', '.join(counted)}"


def _check(check: Check) -> list[str]:
    return [
        *_wrapped(f"{check.name}: {check.says}", f"{check.outcome:<6}"),
        *(_wrapped(check.fix, INDENT) if check.fix else []),
    ]


def _wrapped(text: str, beginning: str) -> list[str]:
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=beginning,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
