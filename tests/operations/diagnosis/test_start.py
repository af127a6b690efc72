"""Why tasks did not start, read from what ECS really writes."""

import pytest

from tests.operations import deployed
from tests.operations.deployed import IMAGE
from tests.operations.diagnosis.failures import Failure, diagnosed, started, task
from tests.operations.diagnosis.stopped_reasons import SECRET, STOPPED_REASONS
from tests.operations.recorded_aws import RecordedAws

WITH_SECRETS = {
    "containerDefinitions": [
        deployed.container(
            secrets=[
                {"name": "DATABASE_PASSWORD", "valueFrom": f"{SECRET}:password::"},
                {"name": "API_KEY", "valueFrom": "/app/dev/api-key"},
            ]
        )
    ]
}


@pytest.mark.parametrize(("reason", "cause", "first_line"), STOPPED_REASONS)
def test_the_reason_of_a_task_that_did_not_start_is_understood(
    reason: str, cause: str, first_line: str, recorded_aws: RecordedAws
) -> None:
    tasks = [task(number, stoppedReason=reason) for number in (1, 2, 3)]
    Failure(tasks=tasks, definition=WITH_SECRETS).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, cause)


# aws/amazon-ecs-cli#1136
NO_PROGRAM = (
    "CannotStartContainerError: Error response from daemon: OCI runtime create failed: container_linux.go:380: "
    'starting container process caused: exec: "python": executable file not found in $PATH: unknown'
)
# aws/amazon-ecs-agent#1187
KILLED = "OutOfMemoryError: Container killed due to memory usage"


@pytest.mark.parametrize(
    ("reason", "cause", "first_line"),
    [
        (
            NO_PROGRAM,
            "crash loop",
            f"The container service cannot be started: {NO_PROGRAM.removeprefix('CannotStartContainerError: ')}. "
            f"Correct the image's ENTRYPOINT and CMD; docker run --rm {IMAGE} shows the same.",
        ),
        (
            KILLED,
            "out of memory",
            "The container service is killed because it takes more than the task's 512 MiB of memory. Raise "
            "task.memory in slipway.toml and deploy, or release an earlier tag that takes less.",
        ),
    ],
)
def test_the_reason_of_the_container_says_more_than_that_of_the_task(
    reason: str, cause: str, first_line: str, recorded_aws: RecordedAws
) -> None:
    Failure(tasks=[started(code=137, reason=reason)]).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, cause)
