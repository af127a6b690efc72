"""What `slipway diagnose` prints, as text and as JSON, and what it says where there is nothing to diagnose."""

import json
from typing import Any

from tests.operations import deployed
from tests.operations.conftest import Slipway
from tests.operations.deployed import ALARMS, GROUP, SERVICE, STACK
from tests.operations.diagnosis.failures import (
    BREAKER_TRIPPED,
    DEPLOYMENT,
    FIRED,
    Failure,
    started,
    unhealthy,
)
from tests.operations.recorded_aws import RecordedAws


def everything(aws: RecordedAws) -> None:
    Failure(
        tasks=[unhealthy(1), unhealthy(2), started(3, code=1)],
        events=[
            f"(service {SERVICE}) (task {2:032x}) (port 8000) is unhealthy in (target-group {GROUP}) due to (reason "
            "Health checks failed with these codes: [404])."
        ],
        output=[(0.5, "INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)")],
        targets=[
            deployed.target(),
            deployed.target("10.10.0.9", "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed: [404]"),
        ],
        alarms=[deployed.alarm(ALARMS[0]), deployed.alarm(ALARMS[1], "ALARM", FIRED)],
    ).record(aws)


def test_as_text_the_evidence_stands_below_the_first_line(recorded_aws: RecordedAws, slipway: Slipway) -> None:
    everything(recorded_aws)
    ended = slipway("diagnose", "dev")
    assert ended.stdout.splitlines() == [
        "/health/ready answers 404, and has to answer 200. Find out why in slipway logs dev; if the path is wrong, "
        "correct task.readiness_path in slipway.toml and deploy.",
        "",
        "Rollout",
        f"  {DEPLOYMENT}",
        "  ROLLBACK_SUCCESSFUL of sha-1234567",
        "  Service deployment rolled back because the circuit breaker threshold was",
        "    exceeded",
        "  3 of 3 failed tasks at which the circuit breaker trips",
        "",
        "Stopped tasks",
        "  2 x ServiceSchedulerInitiated: service exited with 143: Task failed ELB health",
        "    checks in (target-group",
        f"    {GROUP})",
        "  1 x EssentialContainerExited: service exited with 1: Essential container in",
        "    task exited",
        "",
        f"Last lines of task {3:032x}",
        "  INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)",
        "",
        "Targets",
        "  1 healthy",
        "  1 unhealthy",
        "    10.10.0.9:8000 Target.ResponseCodeMismatch: Health checks failed: [404]",
        "",
        "Deployment alarms",
        f"  OK                {ALARMS[0]}",
        f"  ALARM             {ALARMS[1]}",
        "    Threshold Crossed: 1 out of the last 1 datapoints [61.0 (23/11/26 11:58:00)]",
        "      was greater than 50.0.",
        "",
        "Events, the newest first",
        "  11:59:30 (service slipway-dev) (task 00000000000000000000000000000002) (port",
        "    8000) is unhealthy in (target-group",
        f"    {GROUP})",
        "    due to (reason Health checks failed with these codes: [404]).",
    ]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_as_json_it_is_one_object(recorded_aws: RecordedAws, slipway: Slipway) -> None:
    everything(recorded_aws)
    printed: dict[str, Any] = json.loads(slipway("diagnose", "dev", "--json").stdout)
    assert printed["cause"] == "health path failing"
    assert printed["rollout"] == {
        "id": DEPLOYMENT,
        "state": "ROLLBACK_SUCCESSFUL",
        "reason": BREAKER_TRIPPED,
        "image_tag": "sha-1234567",
        "failures": 3,
        "threshold": 3,
    }
    assert [(each["count"], each["exit_codes"]) for each in printed["stopped_tasks"]] == [
        (2, {"service": 143}),
        (1, {"service": 1}),
    ]
    assert set(printed) == {
        *("environment", "cause", "headline", "fix", "rollout", "stopped_tasks", "log", "targets", "alarms"),
        *("events", "unseen"),
    }


def test_an_environment_without_a_service_is_told_how_to_get_one(recorded_aws: RecordedAws, slipway: Slipway) -> None:
    recorded_aws.refuses("DescribeStacks", "ValidationError", f"Stack with id {STACK} does not exist")
    ended = slipway("diagnose", "dev")
    assert ended.stderr.startswith(f"slipway: dev has no service: the stack {STACK} is not deployed.\n")
    assert ended.exit_code == 1


def test_a_service_that_is_gone_is_told(recorded_aws: RecordedAws, slipway: Slipway) -> None:
    Failure().record(recorded_aws)
    recorded_aws.records("DescribeServices", {"services": []})
    ended = slipway("diagnose", "dev")
    assert ended.stderr.startswith("slipway: the service slipway-dev is not in the cluster slipway-dev.\n")
    assert ended.exit_code == 1
