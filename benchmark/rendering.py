"""A run as text and as the page docs/performance.md."""

import textwrap
from collections.abc import Iterator

from benchmark.figures import Figure, Measured, Report

COLUMNS = 80
HUNDRED, TEN = 100, 10

HEAD = """# Performance

What Slipway costs to synthesise, build, start, run and roll out, measured on one machine in one run; ratios (`x`) say
more than seconds, which are that machine's. `make bench` measures all of it and writes this page.
"""


def value(figure: Figure) -> str:
    """The value with its unit, or why there is none."""
    if figure.value is None:
        return f"not measured: {figure.reason}"
    return quantity(figure.value, figure.unit)


def quantity(amount: float, unit: str) -> str:
    """A number with its unit, with as many digits as matter."""
    digits = 0 if abs(amount) >= HUNDRED or not unit else 1 if abs(amount) >= TEN else 2
    number = f"{amount:,.{digits}f}"
    return f"{number}{unit}" if unit in {"", "x"} else f"{number} {unit}"


def target(figure: Figure) -> str:
    """What is aimed at; empty if nothing is."""
    return "" if figure.at_most is None else f"at most {quantity(figure.at_most, figure.unit)}"


def verdict(figure: Figure) -> str:
    """Whether the target is met; empty without a target or a value."""
    return {True: "met", False: "MISSED", None: ""}[figure.met]


def lines(report: Report) -> Iterator[str]:
    """The run as text."""
    for section in report.sections:
        yield f"{section.title} ({section.seconds:.0f} s)"
        for figure in section.figures:
            text = f"{value(figure):>12}  {figure.name}"
            if figure.at_most is not None:
                text += f"; {', '.join(filter(None, (target(figure), verdict(figure))))}"
            yield from textwrap.wrap(text, COLUMNS, initial_indent="  ", subsequent_indent=" " * 16)
    yield summary(report)


def summary(report: Report) -> str:
    """How many targets are met, in one sentence."""
    aimed = [figure for section in report.sections for figure in section.figures if figure.at_most is not None]
    met = sum(figure.met is True for figure in aimed)
    unknown = sum(figure.met is None for figure in aimed)
    return f"{met} of {len(aimed)} targets are met" + (f", {unknown} not measured." if unknown else ".")


def markdown(report: Report) -> str:
    """The run as a page."""
    told = [HEAD, *_wrapped(f"{summary(report)} The run of {report.date} took {_seconds(report):,.0f} s.")]
    if report.busy:
        told += ["", *_wrapped("The machine was at other work, too: the times are longer than they would be.")]
    told += ["", "| machine | |", "|---|---|", *(f"| {name} | {fact} |" for name, fact in report.machine.items())]
    for section in report.sections:
        told += _section(section)
    return "\n".join(told) + "\n"


def _section(section: Measured) -> Iterator[str]:
    yield from ("", f"## {section.title}", "", *_wrapped(section.means), "")
    yield from ("| | measured | target | |", "|---|---:|---|---|")
    for figure in section.figures:
        yield f"| {_cell(figure.name)} | {_cell(value(figure))} | {target(figure)} | {verdict(figure)} |"


def _seconds(report: Report) -> float:
    return sum(section.seconds for section in report.sections)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 120, break_long_words=False, break_on_hyphens=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
