"""What is told of the tiers at the end of a run, and which files one process runs."""

import json
from pathlib import Path

import pytest

from tests.run import tier_of_service
from tests.scheduling import ON_ONE_SANDBOX, tier_of
from tests.tiers import Tier, as_json, covered, table

TIERS = [Tier("stacks", 12, 3.26, 5.04), Tier("end_to_end", 3, 60.0, 60.0)]


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [([], 0), ([(1, 3), (5, 6)], 3), ([(5, 9), (1, 6)], 8), ([(1, 9), (2, 3), (8, 10)], 9)],
)
def test_seconds_in_which_several_processes_test_count_once(spans: list[tuple[float, float]], seconds: float) -> None:
    assert covered(spans) == seconds


def test_the_report_is_json_and_the_table_has_a_line_for_each_tier() -> None:
    report = json.loads(as_json(TIERS, 63.04))
    assert (report["wall_seconds"], report["tiers"][0]) == (
        63.0,
        {"name": "stacks", "tests": 12, "wall_seconds": 3.3, "summed_seconds": 5.0},
    )
    assert [line.split()[0] for line in table(TIERS).splitlines()] == ["tier", "stacks", "end_to_end"]


def test_the_services_tests_are_a_tier_of_their_own(tmp_path: Path) -> None:
    times = tmp_path / "service.xml"
    times.write_text('<testsuites><testsuite name="pytest" tests="198" time="35.5"/></testsuites>')
    assert tier_of_service(times) == Tier("service", 198, 35.5, 35.5)


def test_a_tier_is_a_folder_of_the_tests_and_is_described() -> None:
    tests = Path(__file__).parents[1]
    described = (tests / "README.md").read_text()
    folders = {tier_of(f"tests/{file.relative_to(tests)}") for file in tests.glob("*/**/test_*.py")}
    assert [name for name in folders if f"| `{name}` |" not in described] == []


def test_the_files_that_share_a_sandbox_are_there() -> None:
    assert [name for name in ON_ONE_SANDBOX if not (Path(__file__).parents[2] / name).exists()] == []
