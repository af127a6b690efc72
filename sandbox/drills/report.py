"""What drills found, as text, Markdown and JSON."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from operations.errors import ExitCode, OperationError
from sandbox.drills.drill import reasons
from sandbox.drills.load import RATE
from sandbox.drills.machine import Machine
from sandbox.drills.result import Result, Step, Verdict
from sandbox.drills.traffic import Traffic

COLUMNS = 80
SUFFIXES = (".md", ".json")

MARKS = {Verdict.KEPT: "KEPT", Verdict.BROKEN: "BROKEN", Verdict.IMPOSSIBLE: "NOT POSSIBLE HERE"}


@dataclass(frozen=True)
class Report:
    """Drills that were run one after the other.

    Attributes:
        at: when the first one began, in UTC.
        seconds: in all, with the sandbox brought up and stopped.
        clock_scale: how many times faster alarms and bake times went by than on AWS.
    """

    machine: Machine
    at: datetime
    results: Sequence[Result]
    seconds: float
    clock_scale: int

    @property
    def broken(self) -> list[str]:
        """The drills whose promise was broken."""
        return [result.name for result in self.results if result.verdict is Verdict.BROKEN]

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "machine": self.machine.as_json(),
            "seconds": round(self.seconds, 1),
            "clock_scale": self.clock_scale,
            "requests_a_second": RATE,
            "drills": [result.as_json() for result in self.results],
        }


def files_of(path: Path) -> list[Path]:
    """The files that a report is written to: by its suffix, and both kinds if it has none.

    Raises:
        OperationError: it has another suffix, or its folder does not exist; with the exit code of bad input.
    """
    if path.suffix not in {"", *SUFFIXES}:
        raise OperationError(
            f"--report {path}: a report is .md, .json, or both if the name has no suffix; this is {path.suffix}",
            fix="Give it one of these names.",
            exit_code=ExitCode.BAD_INPUT,
        )
    if not path.absolute().parent.is_dir():
        raise OperationError(
            f"--report {path}: there is no folder {path.parent}", fix="Create it.", exit_code=ExitCode.BAD_INPUT
        )
    return [path] if path.suffix else [path.with_suffix(suffix) for suffix in SUFFIXES]


def write(report: Report, files: Iterable[Path]) -> None:
    """Write the report to these files."""
    for path in files:
        text = markdown(report) if path.suffix == ".md" else json.dumps(report.as_json(), indent=2) + "\n"
        path.write_text(text, encoding="utf-8")


def lines(result: Result) -> Iterator[str]:
    """One drill as text."""
    yield f"{result.name}  {MARKS[result.verdict]}  {result.seconds:.1f} s"
    yield from _wrapped("Promise   ", result.promise)
    yield from _wrapped("Happened  ", result.happened)
    for check in result.checks:
        seen = f" ({check.seen})" if check.seen and not check.holds else ""
        yield from _wrapped("yes       " if check.holds else "NO        ", f"{check.says}{seen}")
    if result.traffic:
        yield from _wrapped("Requests  ", requests(result.traffic))
    for step in result.steps:
        yield f"  {step.seconds:6.1f} s  {step.name}"
        yield from (f"      {seconds:6.1f} s  {name}" for name, seconds in step.parts)


def summary(report: Report) -> Iterator[str]:
    """All drills as text, a line each."""
    width = max(len(result.name) for result in report.results)
    for result in report.results:
        traffic = result.traffic
        counts = f"{traffic.sent:>6} sent {traffic.failures:>4} failed" if traffic else ""
        yield f"{result.name:<{width}}  {result.seconds:6.1f} s  {counts:<24}  {MARKS[result.verdict]}".rstrip()
    kept = sum(result.verdict is Verdict.KEPT for result in report.results)
    yield f"{kept} of {len(report.results)} promises kept in {report.seconds:.0f} s, {report.machine}"


def requests(traffic: Traffic) -> str:
    """The accounts of the requests in one sentence."""
    answered = ", ".join(f"{count} by the {role} version" for role, count in traffic.answered.items())
    told = f"{traffic.sent} sent; answered {answered or 'none'}; {traffic.failures or 'none'} failed"
    return told + (f" ({reasons(traffic)})" if traffic.failures else "")


def markdown(report: Report) -> str:
    """All drills as Markdown: a table, and what happened in each."""
    told = [
        "# Drills",
        "",
        "What the stack promises to survive, made to happen in the emulated AWS with real containers, under a load of",
        f"{RATE:g} requests a second through the emulated load balancer. A request fails that is not answered, is",
        "answered with anything but 200 or by something else, or could not be sent in time because all clients waited",
        "for answers. `make drill` runs all of it; `slipway sandbox drill NAME` runs one. This page is written by",
        "`make drill REPORT=docs/drills.md`.",
        "",
        f"Alarms and bake times go {report.clock_scale} times as fast as on AWS; all else takes the time that the",
        "template gives it. [The sandbox](sandbox.md) says what is emulated, and what is not.",
        "",
        f"The last run: {report.at:%Y-%m-%d}, {report.seconds:.0f} s in all, on {report.machine}.",
        "",
        "| drill | promise | verdict | seconds | requests | failed |",
        "|---|---|---|---:|---:|---:|",
    ]
    for result in report.results:
        traffic = result.traffic
        counts = f"{traffic.sent} | {traffic.failures}" if traffic else "none | "
        told.append(
            f"| [{result.name}](#{result.name}) | {_cell(result.promise)} | {result.verdict} | "
            f"{result.seconds:.1f} | {counts} |"
        )
    return "\n".join([*told, "", *(line for result in report.results for line in _section(result))])


def _section(result: Result) -> Iterator[str]:
    yield from (
        f"## {result.name}",
        "",
        result.promise,
        "",
        f"**{result.verdict}**: {result.happened.rstrip('.')}.",
        "",
    )
    for check in result.checks:
        seen = f" ({check.seen})" if check.seen and not check.holds else ""
        yield f"- {'yes' if check.holds else '**no**'}: {check.says}{seen}"
    if result.traffic:
        yield f"- Requests: {requests(result.traffic)}"
    if result.steps:
        yield from ("", "| seconds | step |", "|---:|---|")
        yield from (row for step in result.steps for row in _rows(step))
    yield ""


def _rows(step: Step) -> Iterator[str]:
    yield f"| {step.seconds:.1f} | {_cell(step.name)} |"
    yield from (f"| {seconds:.1f} | of which: {_cell(name)} |" for name, seconds in step.parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=f"  {label}",
        subsequent_indent=" " * (len(label) + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
