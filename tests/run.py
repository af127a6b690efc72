"""`make test`: the service's own tests beside all others, and what each tier took."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.tiers import Tier, as_json, table

PROJECT = Path(__file__).parent.parent
SERVICE = PROJECT / "service"

WORKERS = 4
"""For two cores: the tests with containers wait for half of their time, and each process collects all tests anew."""


def main() -> int:
    """Run the tests that the words ask for; the exit code is 0 where all have passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.run", description=__doc__)
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes beside the service's tests")
    parser.add_argument("--tiers-report", type=Path, help="write what each tier took to this file, as JSON")
    parser.add_argument("--cov", action="store_true", help="measure what they cover, and leave it in .coverage")
    words = parser.parse_args()
    # Ctrl-C reaches the tests, too, which then stop what they have started: this waits for them.
    signal.signal(signal.SIGINT, lambda *_: None)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        codes, tiers = run(Path(folder), words.workers, ["--cov", "--cov-report="] if words.cov else [])
    if words.tiers_report:
        words.tiers_report.write_text(as_json(tiers, time.monotonic() - began), encoding="utf-8")
    print(f"\n{table(tiers)}\nThe whole run took {time.monotonic() - began:.0f} s.")
    return max(map(abs, codes))


def run(folder: Path, workers: int, options: Sequence[str]) -> tuple[list[int], list[Tier]]:
    """Run all tests, and keep in that folder what they leave; return their exit codes and what the tiers took.

    Args:
        options: of pytest, for all but the service's, which measure what they cover anyway.
    """
    said, times, others = folder / "service.txt", folder / "service.xml", folder / "others.json"
    with said.open("w") as output:
        service = subprocess.Popen(
            [SERVICE / ".venv/bin/python", "-m", "pytest", "--quiet", "-m", "", f"--junitxml={times}"],
            cwd=SERVICE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    rest = subprocess.Popen(
        [sys.executable, "-m", "pytest", f"--numprocesses={workers}", f"--tiers-report={others}", *options], cwd=PROJECT
    )
    codes = [rest.wait(), service.wait()]
    print(f"\nThe service's own tests:\n{said.read_text()}", end="")
    tiers = [Tier(**each) for each in json.loads(others.read_text())["tiers"]] if others.exists() else []
    return codes, [*([tier_of_service(times)] if times.exists() else []), *tiers]


def tier_of_service(times: Path) -> Tier:
    """From the report of its tests, which run one after the other."""
    (suite,) = ET.parse(times).getroot()  # noqa: S314 - written by the tests
    return Tier("service", int(suite.attrib["tests"]), *[float(suite.attrib["time"])] * 2)


if __name__ == "__main__":
    sys.exit(main())
