"""What the other measurements compute."""

import json
import sys
from pathlib import Path

import pytest

from benchmark import image, rollout, telemetry, tiers
from benchmark.accounting import account
from benchmark.figures import Bench, NotMeasuredError
from benchmark.processes import run
from tests.conftest import PROJECT

LOADS = {
    "bare": {"requests_per_second": 8000.0, "p99_ms": 2.0},
    "service": {"requests_per_second": 4000.0, "p99_ms": 3.0},
}


def target_group(**properties: object) -> dict[str, object]:
    return {"Type": rollout.TARGET_GROUP, "Properties": properties}


def test_a_rollout_waits_for_the_slowest_target_group() -> None:
    quick = target_group(
        HealthyThresholdCount=2,
        HealthCheckIntervalSeconds=5,
        TargetGroupAttributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "15"}],
    )
    assert rollout.floor({"Resources": {"Quick": quick}}) == 25
    assert rollout.floor({"Resources": {"Quick": quick, "AsAwsHasIt": target_group()}}) == 450


def test_a_template_without_a_target_group_has_no_floor() -> None:
    with pytest.raises(NotMeasuredError):
        rollout.floor({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


def test_the_service_is_told_as_a_ratio_of_the_bare_application() -> None:
    told = {"factor": 1.8, "allowed_factor": 2.6, "added": 100.0, "load": LOADS}
    found = {figure.name: figure for figure in telemetry.figures_of(told)}
    assert (found[telemetry.CPU.name].value, found[telemetry.CPU.name].at_most) == (1.8, 2.6)
    assert (found[telemetry.THROUGHPUT.name].value, found[telemetry.P99.name].value) == (0.5, 1.5)


def test_without_wrk_the_cpu_is_told_and_the_rest_is_not_measured() -> None:
    told = {"factor": 1.8, "allowed_factor": 2.6, "added": 100.0, "load": {}}
    found = {figure.name: figure for figure in telemetry.figures_of(told)}
    assert found[telemetry.CPU.name].value == 1.8
    assert found[telemetry.P99.name].reason == "wrk is not installed"


def test_tiers_are_told_after_the_whole_run(tmp_path: Path) -> None:
    file = tmp_path / "tiers.json"
    tier = {"name": "stacks", "tests": 7, "wall_seconds": 20.5, "summed_seconds": 40.0}
    file.write_text(json.dumps({"wall_seconds": 250.0, "tiers": [tier]}))
    found = list(tiers.measure(Bench(tmp_path, tmp_path, file)))
    assert [(each.name, each.value, each.met) for each in found] == [
        ("make test", 250.0, True),
        ("stacks, 7 tests", 20.5, None),
    ]


@pytest.mark.parametrize("text", [None, "no JSON"])
def test_without_a_usable_file_the_tests_are_not_measured(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "tiers.json"
    if text:
        file.write_text(text)
    with pytest.raises(NotMeasuredError, match=r"tiers\.json cannot be read"):
        list(tiers.measure(Bench(tmp_path, tmp_path, file)))


def test_stages_of_a_dockerfile_have_their_base_and_their_name() -> None:
    text = "FROM --platform=linux/arm64 python:3.11 AS builder\nRUN true\nFROM python:3.11-slim\n"
    assert image.stages(text) == [("python:3.11", "builder"), ("python:3.11-slim", "")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the CPU time and memory of a tree of processes")
def test_what_a_program_leaves_behind_is_counted_with_it() -> None:
    # The child of the child outlives both, as jsii's Node outlives a Python that ends at once.
    busy = "import time\nx = b'x' * 64_000_000\nwhile time.process_time() < 0.5: pass"
    leaves = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {busy!r}])"
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {leaves!r}])"
    used = account([sys.executable, "-c", starts], environment={})
    assert used.cpu_seconds >= 0.5
    assert used.peak_bytes >= 64_000_000


def test_a_reason_has_no_place_of_this_machine_in_it() -> None:
    with pytest.raises(NotMeasuredError) as caught:
        run([sys.executable, "-c", f"import sys; sys.exit('cannot read {PROJECT}/slipway.toml')"])
    assert str(caught.value).endswith("ended with 1: cannot read ./slipway.toml")


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(NotMeasuredError, match="no-such-program is not installed"):
        run(["no-such-program"])
