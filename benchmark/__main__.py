"""Measures everything in one run: `python -m benchmark`; prints a table, and writes JSON and docs/performance.md."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from benchmark import command, image, machine, prices, rendering, rollout, synthesis, telemetry
from benchmark import tiers as tests_by_tier
from benchmark.figures import PROJECT, Bench, Measured, Report, complete

PAGE = PROJECT / "docs" / "performance.md"
DATA = PAGE.with_suffix(".json")

SECTIONS = {
    module.SECTION.key: module.SECTION
    for module in (synthesis, image, telemetry, rollout, command, prices, tests_by_tier)
}
"""In the order of the page."""


def main() -> int:
    """Measure, tell, and end with 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmark", description="Measure what Slipway costs.")
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help=f"of {', '.join(SECTIONS)}; omitted, all, and the page is written",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the JSON there, and no page")
    parser.add_argument(
        "--configuration", type=Path, metavar="FILE", default=PROJECT / "slipway.toml", help="omitted, slipway.toml"
    )
    parser.add_argument("--tiers", type=Path, metavar="FILE", help="what make test TIERS=FILE wrote")
    arguments = parser.parse_args()
    if unknown := [key for key in arguments.sections if key not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    report = measure(arguments.sections or SECTIONS, arguments.configuration.absolute(), arguments.tiers)
    print("\n".join(rendering.lines(report)))
    if arguments.report:
        write_data(report, arguments.report)
    elif not arguments.sections:
        write_data(report, DATA)
        PAGE.write_text(rendering.markdown(report), encoding="utf-8")
    return 1 if report.missed else 0


def measure(keys: Collection[str], configuration: Path, tiers: Path | None = None) -> Report:
    """Measure these sections, one after the other.

    Args:
        configuration: the `slipway.toml` whose app is measured.
        tiers: what `make test TIERS=FILE` wrote; omitted, the time of the tests is not told.
    """
    found, busy = [], machine.busy()
    if busy:
        print("The machine is at other work: what it takes is measured, too.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="slipway-benchmark-") as folder:
        bench = Bench(Path(folder), configuration, tiers)
        for section in (SECTIONS[key] for key in keys):
            print(f"... {section.key}", file=sys.stderr)
            begun = time.monotonic()
            figures = complete(section, bench)
            found.append(Measured(section.title, section.means, figures, round(time.monotonic() - begun, 1)))
    return Report(f"{datetime.now(UTC):%Y-%m-%d}", machine.facts(), busy, tuple(found))


def write_data(report: Report, file: Path) -> None:
    """Write the run as JSON."""
    file.write_text(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
