"""Verdicts, and what is written of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.errors import ExitCode, OperationError
from sandbox.drills import report
from sandbox.drills.machine import Machine
from sandbox.drills.report import Report
from sandbox.drills.result import Check, Result, Step, Verdict, verdict_of
from sandbox.drills.traffic import Answer, counted

MACHINE = Machine(2, 7.7, "x86_64", "Linux", "Podman Engine 4.3.1")
TRAFFIC = counted([Answer(0, 0.1, "sha-0000001"), Answer(0, 0.1, "", "404")], lambda _: "good")

KEPT = Result(
    "good-release",
    "It fails no request.",
    Verdict.KEPT,
    "released in 9.0 s",
    (Check("no request failed", holds=True),),
    (Step("release it", 9.04, (("image is pulled", 1.5),)),),
    None,
    12.34,
)
BROKEN = Result(
    "crash | loop",
    "It is rolled back.",
    Verdict.BROKEN,
    "it went on",
    (Check("it ends with 3", holds=False, seen="0"),),
    (),
    TRAFFIC,
    20.0,
)
IMPOSSIBLE = Result("zone", "Half goes on.", Verdict.IMPOSSIBLE, "there is one zone")
ALL = Report(MACHINE, datetime(2026, 11, 24, 9, tzinfo=UTC), [KEPT, BROKEN, IMPOSSIBLE], 61.0, 20)


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([True, True], Verdict.KEPT),
        ([True, False], Verdict.BROKEN),
        ([], Verdict.BROKEN),
    ],
)
def test_a_promise_is_kept_if_every_check_holds_and_there_is_one(checks: list[bool], verdict: Verdict) -> None:
    assert verdict_of([Check("it holds", holds=holds) for holds in checks]) is verdict


def test_only_broken_promises_count_as_such() -> None:
    assert ALL.broken == ["crash | loop"]


def test_text_has_the_promise_what_happened_the_seconds_and_the_failed_requests() -> None:
    assert list(report.lines(BROKEN)) == [
        "crash | loop  BROKEN  20.0 s",
        "  Promise   It is rolled back.",
        "  Happened  it went on",
        "  NO        it ends with 3 (0)",
        "  Requests  2 sent; answered 1 by the good version; 1 failed (1 of nobody: 404)",
    ]
    assert list(report.lines(KEPT))[-2:] == ["     9.0 s  release it", "         1.5 s  image is pulled"]


def test_the_summary_has_a_line_for_each_and_fits_80_columns() -> None:
    lines = list(report.summary(ALL))
    assert [line.split("  ")[-1].strip() for line in lines[:3]] == ["KEPT", "BROKEN", "NOT POSSIBLE HERE"]
    assert lines[3].startswith("1 of 3 promises kept in 61 s, 2 cores")
    assert max(map(len, lines[:3])) <= 80


def test_markdown_has_a_table_the_machine_and_the_evidence() -> None:
    written = report.markdown(ALL)
    assert "on 2 cores (x86_64), 7.7 GiB, Linux, Podman Engine 4.3.1." in written
    assert "- **no**: it ends with 3 (0)" in written
    assert "| 1.5 | of which: image is pulled |" in written


def test_json_has_everything(tmp_path: Path) -> None:
    report.write(ALL, report.files_of(tmp_path / "drills"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drills.json", "drills.md"]
    told = json.loads((tmp_path / "drills.json").read_text())
    assert [each["verdict"] for each in told["drills"]] == ["kept", "broken", "not possible here"]
    assert told["drills"][1]["traffic"]["failed"] == {"nobody": {"404": 1}}
    assert told["machine"]["cores"] == 2


@pytest.mark.parametrize(
    ("name", "says"), [("drills.txt", "this is .txt"), ("nowhere/drills.md", "there is no folder")]
)
def test_a_report_that_cannot_be_written_is_refused_before_anything_runs(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=says) as refused:
        report.files_of(tmp_path / name)
    assert refused.value.exit_code is ExitCode.BAD_INPUT
