"""What each tier of the tests takes; a tier is a folder of `tests/`, and README.md there says what it holds."""

import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.scheduling import tier_of


@dataclass(frozen=True)
class Tier:
    """What a tier took.

    Attributes:
        name: of its folder.
        tests: how many there are, those that were skipped included.
        wall_seconds: in which at least one of its tests was under way. Tiers run beside each other, so these do not
            add up to the time of the run.
        summed_seconds: of all its tests, as if they had run one after the other.
    """

    name: str
    tests: int
    wall_seconds: float
    summed_seconds: float


@dataclass(eq=False)  # pytest keeps plugins in sets
class Tiers:
    """A plugin of pytest that notes when tests run, in whichever worker, and tells it by tier at the end.

    Attributes:
        report: a file to be written at the end.
    """

    report: Path | None = None
    _began: float = field(default_factory=time.time)
    _tests: Counter[str] = field(default_factory=Counter)
    _spans: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test was set up, called or torn down."""
        tier = tier_of(report.nodeid)
        self._tests[tier] += report.when == "teardown"
        self._spans.setdefault(tier, []).append((report.start, report.stop))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print a line for each tier, and write the report."""
        tiers = self.tiers()
        if self.report:
            self.report.write_text(as_json(tiers, time.time() - self._began), encoding="utf-8")
        elif len(tiers) > 1:
            terminalreporter.section("tiers")
            terminalreporter.write_line(table(tiers))

    def tiers(self) -> list[Tier]:
        """Of the tests that have run so far, in the order of their names."""
        return [
            Tier(name, self._tests[name], covered(spans), sum(stop - start for start, stop in spans))
            for name, spans in sorted(self._spans.items())
        ]


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """The seconds that lie in at least one of these spans."""
    seconds, until = 0.0, float("-inf")
    for start, stop in sorted(spans):
        seconds += max(0.0, stop - max(start, until))
        until = max(until, stop)
    return seconds


def as_json(tiers: Iterable[Tier], wall_seconds: float) -> str:
    """The tiers, and the seconds of the whole run."""
    rounded = [
        asdict(each) | {key: round(getattr(each, key), 1) for key in ("wall_seconds", "summed_seconds")}
        for each in tiers
    ]
    return json.dumps({"wall_seconds": round(wall_seconds, 1), "tiers": rounded}, indent=2) + "\n"


def table(tiers: Iterable[Tier]) -> str:
    """A line for each tier."""
    head = f"{'tier':20} {'tests':>6} {'wall s':>8} {'summed s':>9}"
    rows = [f"{each.name:20} {each.tests:6} {each.wall_seconds:8.1f} {each.summed_seconds:9.1f}" for each in tiers]
    return "\n".join([head, *rows])
