"""Why tasks that had started did not stay: crashes and health checks, in the shapes that ECS tells of them."""

import datetime as dt
import json
from typing import Any

import pytest

from tests.operations import deployed
from tests.operations.deployed import GROUP, IMAGE, SERVICE, STACK
from tests.operations.diagnosis.failures import BEGAN, Failure, diagnosed, started, task, unhealthy
from tests.operations.recorded_aws import RecordedAws

PATH_FAILING = (
    "/health/ready answers 404, and has to answer 200. Find out why in slipway logs dev; if the path is wrong, correct "
    "task.readiness_path in slipway.toml and deploy."
)
CLOSED = (
    "Nothing accepts connections at port 8000 of the tasks. Have the server listen on 0.0.0.0:8000, or set task.port "
    "in slipway.toml to the port that it listens on and deploy; if it needs longer to start than 15 s, raise "
    "task.start_seconds."
)
SILENT = (
    f"Port 8000 of the tasks does not answer the health checks in time. Run npx cdk drift {STACK}: a security group "
    "between load balancer and tasks may have been changed by hand; if none was, /health/ready takes longer than a "
    "check waits."
)
SLOW = (
    "Tasks are not ready within the 15 s that they are given to start. Raise task.start_seconds in slipway.toml above "
    "what the start takes and deploy, or make the start faster."
)
UVICORN = "INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)"
TRACEBACK = [
    (0.2, "Traceback (most recent call last):"),
    (0.2, '  File "/app/main.py", line 3, in <module>'),
    (0.2, "RuntimeError: DATABASE_URL is not set"),
    (0.2, " "),
]
JSON_TRACEBACK = [
    (0.2, json.dumps({"level": "INFO", "logger": "uvicorn.error", "message": "Waiting for application startup."})),
    (
        0.3,
        json.dumps(
            {
                "level": "ERROR",
                "logger": "uvicorn.error",
                "message": "RuntimeError: DATABASE_URL is not set",
                "exception": "Traceback (most recent call last):\n  File\nRuntimeError: DATABASE_URL is not set",
            }
        ),
    ),
    (0.3, json.dumps({"level": "ERROR", "logger": "uvicorn.error", "message": "Application startup failed. Exiting."})),
]


def elsewhere(address: str) -> str:
    return (
        f"The server listens at {address}, and the load balancer sends to port 8000 of the task's own address. Have "
        "the server listen on 0.0.0.0:8000, or set task.port in slipway.toml to the port that it listens on and deploy."
    )


def event(reason: str, number: int = 1) -> str:
    """As in microsoft's and others' public issues: hackforla/CivicTechJobs#436, aws/copilot-cli#3772."""
    return (
        f"(service {SERVICE}) (task {number:032x}) (port 8000) is unhealthy in (target-group {GROUP}) due to (reason "
        f"{reason})."
    )


@pytest.mark.parametrize(
    ("seconds", "code", "output", "first_line"),
    [
        (
            0.4,
            1,
            TRACEBACK,
            "The container service exits with code 1 at its start, and its last log line is: RuntimeError: "
            "DATABASE_URL is not set. Mend what that line says, or release an earlier tag; slipway logs dev has the "
            "lines before it.",
        ),
        (
            95,
            139,
            [(0.5, UVICORN), (95, "Fatal Python error: Segmentation fault")],
            "The container service exits with code 139 (a segmentation fault) 95 s after its start, and its last log "
            "line is: Fatal Python error: Segmentation fault. Mend what that line says, or release an earlier tag; "
            "slipway logs dev has the lines before it.",
        ),
        (
            600,
            137,
            [],
            "The container service exits with code 137 (a kill, as of a process that takes too much memory) 10 min "
            f"after its start, and has written nothing. Run the image by hand with the task's variables: docker run "
            f"--rm {IMAGE}.",
        ),
        (
            1.2,
            3,
            JSON_TRACEBACK,
            "The container service exits with code 3 at its start, and its last log line is: RuntimeError: "
            "DATABASE_URL is not set. Mend what that line says, or release an earlier tag; slipway logs dev has the "
            "lines before it.",
        ),
        (
            0.1,
            127,
            [(0, "sh: 1: uvicron: not found")],
            "The container service exits with code 127 (which the shell gives a command that is not there) at its "
            "start, and its last log line is: sh: 1: uvicron: not found. Mend what that line says, or release an "
            "earlier tag; slipway logs dev has the lines before it.",
        ),
        (
            0.1,
            0,
            [(0.1, "done")],
            "The container service exits with code 0 at its start, and its last log line is: done. Mend what that line "
            "says, or release an earlier tag; slipway logs dev has the lines before it.",
        ),
    ],
)
def test_a_crash_is_told_with_its_exit_code_and_the_last_log_line(
    seconds: float, code: int, output: list[tuple[float, str]], first_line: str, recorded_aws: RecordedAws
) -> None:
    Failure(tasks=[started(n, seconds=seconds, code=code) for n in (1, 2, 3)], output=output).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, "crash loop")


def test_the_container_that_failed_is_named_and_not_the_one_that_went_down_with_it(recorded_aws: RecordedAws) -> None:
    containers = [{"name": "service", "exitCode": 0}, {"name": "telemetry", "exitCode": 1}]
    Failure(tasks=[started(containers=containers)]).record(recorded_aws)
    assert diagnosed().headline.startswith("the container telemetry exits with code 1 at its start")


# aws-samples/amazon-bedrock-serverless-prompt-chaining#213: the task ends with exit code 1, and only its log says why
def test_an_exec_format_error_in_the_log_is_a_wrong_architecture(recorded_aws: RecordedAws) -> None:
    output = [(0.0, "exec /usr/local/bin/python: exec format error")]
    Failure(tasks=[started(code=1)], output=output).record(recorded_aws)
    diagnosis = diagnosed()
    assert diagnosis.cause == "wrong architecture"
    assert diagnosis.headline == f"the image {IMAGE} is not built for arm64, which the tasks run on"


@pytest.mark.parametrize(
    ("reason", "cause", "first_line"),
    [
        ("Health checks failed with these codes: [404]", "health path failing", PATH_FAILING),
        (
            "Health checks failed with these codes: [500, 503]",
            "health path failing",
            PATH_FAILING.replace("404", "500 and 503"),
        ),
        ("Health checks failed", "port closed", CLOSED),
        ("Request timed out", "port closed", SILENT),
    ],
)
def test_what_the_load_balancer_said_of_a_task_is_read_from_the_events(
    reason: str, cause: str, first_line: str, recorded_aws: RecordedAws
) -> None:
    tasks = [unhealthy(number) for number in (1, 2, 3)]
    Failure(tasks=tasks, events=[event("Request timed out", 9), event(reason, 3)]).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, cause)


@pytest.mark.parametrize(
    ("target", "cause", "first_line"),
    [
        (
            ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]"),
            "health path failing",
            PATH_FAILING,
        ),
        (("Target.Timeout", "Request timed out"), "port closed", SILENT),
        (("Target.FailedHealthChecks", "Health checks failed"), "port closed", CLOSED),
        (
            ("Elb.InternalError", "Health checks failed due to an internal error"),
            "unknown",
            "AWS reports an internal error of its own: Health checks failed due to an internal error. See "
            "health.aws.amazon.com, then try again.",
        ),
    ],
)
def test_a_rollout_under_way_is_judged_by_its_unhealthy_targets(
    target: tuple[str, str], cause: str, first_line: str, recorded_aws: RecordedAws
) -> None:
    targets = [deployed.target(), deployed.target("10.10.0.9", "unhealthy", *target)]
    under_way: dict[str, Any] = {"status": "IN_PROGRESS", "statusReason": "", "rollback": {}}
    Failure(targets=targets, deployment=under_way).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, cause)


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", "127.0.0.1:8000"),
        ("INFO:     Uvicorn running on http://0.0.0.0:3000 (Press CTRL+C to quit)", "0.0.0.0:3000"),
        (
            '{"level":"INFO","message":"Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)"}',
            "127.0.0.1:8000",
        ),
        ("[INFO] Listening at: http://0.0.0.0:8080 (7)", "0.0.0.0:8080"),
        ("server started on [::]:9000", "[::]:9000"),
    ],
)
def test_a_server_that_listens_elsewhere_says_so_itself(line: str, address: str, recorded_aws: RecordedAws) -> None:
    events = [event("Health checks failed")]
    Failure(tasks=[unhealthy()], events=events, output=[(0.5, line)]).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (elsewhere(address), "port closed")


@pytest.mark.parametrize(
    ("output", "by"),
    [
        ([(0.5, "INFO:     Waiting for application startup.")], "ELB"),
        ([(0.5, '{"level":"INFO","message":"Waiting for application startup."}')], "ELB"),
        ([(0.5, "INFO:     Waiting for application startup.")], "container"),
        ([(0.5, "loading the model"), (31.0, UVICORN)], "ELB"),
    ],
)
def test_a_server_that_was_not_listening_yet_starts_too_slowly(
    output: list[tuple[float, str]], by: str, recorded_aws: RecordedAws
) -> None:
    Failure(tasks=[unhealthy(by=by)], events=[event("Health checks failed")], output=output).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (SLOW, "slow start")


def test_a_server_that_listened_in_time_does_not_start_too_slowly(recorded_aws: RecordedAws) -> None:
    output = [(0.5, "Waiting for application startup."), (0.6, "Application startup complete."), (0.7, UVICORN)]
    Failure(tasks=[unhealthy()], events=[event("Request timed out")], output=output).record(recorded_aws)
    assert diagnosed().first_line == SILENT


def test_a_container_that_fails_its_own_check_is_told_from_one_that_the_load_balancer_does_not_reach(
    recorded_aws: RecordedAws,
) -> None:
    Failure(tasks=[unhealthy(by="container")], output=[(0.5, UVICORN)]).record(recorded_aws)
    diagnosis = diagnosed()
    assert diagnosis.cause == "health path failing"
    assert diagnosis.first_line == (
        "The container service runs, but fails its own health check. Find out why in slipway logs dev; if the path is "
        "wrong, correct task.liveness_path in slipway.toml and deploy."
    )


def test_spot_capacity_that_was_taken_back_is_no_fault_of_the_image(recorded_aws: RecordedAws) -> None:
    # Amazon ECS developer guide, "Amazon ECS task state change events": stopCode TerminationNotice
    taken: dict[str, Any] = {"stopCode": "TerminationNotice", "stoppedReason": "Your Spot Task was interrupted."}
    Failure(tasks=[started(code=143, **taken)]).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        "AWS took the Fargate Spot capacity of the tasks back. Try again later, or lower tasks.spot_percent in "
        "slipway.toml and deploy.",
        "capacity",
    )


def test_the_cause_of_most_tasks_counts_and_of_as_many_that_of_the_newest(recorded_aws: RecordedAws) -> None:
    missing: dict[str, Any] = {"stoppedReason": f"CannotPullContainerError: {IMAGE}: not found"}
    Failure(tasks=[started(1, code=1), started(2, code=1), task(3, **missing)]).record(recorded_aws)
    assert diagnosed().cause == "crash loop"
    Failure(tasks=[started(1, code=1), task(2, **missing)]).record(recorded_aws)
    assert diagnosed().cause == "image missing"


def test_a_task_whose_last_words_are_lost_does_not_hide_those_of_another(recorded_aws: RecordedAws) -> None:
    Failure(tasks=[started(1, code=1), started(2, code=1)], output=TRACEBACK).record(recorded_aws)
    recorded_aws.records("FilterLogEvents", {"events": []}, logStreamNames=[f"service/service/{2:032x}"])
    assert diagnosed().headline.endswith("and its last log line is: RuntimeError: DATABASE_URL is not set")


def test_tasks_that_were_to_stop_and_those_of_earlier_rollouts_are_left_out(recorded_aws: RecordedAws) -> None:
    scaled_in: dict[str, Any] = {
        "stopCode": "ServiceSchedulerInitiated",
        "stoppedReason": "Scaling activity initiated by (deployment ecs-svc/7777777777777777777)",
    }
    older = started(2, code=1, taskDefinitionArn=deployed.DEFINITION.replace(":7", ":6"))
    before = started(3, code=1, createdAt=BEGAN - dt.timedelta(seconds=1))  # of the same revision, released twice
    Failure(tasks=[started(1, code=0, **scaled_in), older, before]).record(recorded_aws)
    diagnosis = diagnosed()
    assert diagnosis.evidence.failed == ()
    assert [(each.count, each.stop_code) for each in diagnosis.stopped] == [(1, "ServiceSchedulerInitiated")]
