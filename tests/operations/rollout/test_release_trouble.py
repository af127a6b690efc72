"""`slipway release` when AWS does not answer or refuses after the change, and when somebody ends the wait."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.operations.answering import RefusalError
from tests.operations.releases import UPDATING, succeeding, told
from tests.operations.world import NEW, World, deployment, deployment_arn, rolled_back


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("ThrottlingException", 400, "was throttled: this account asks AWS too often"),
        ("ServerException", 500, "failed: ServerException"),
        ("ServiceUnavailable", 503, "failed: ServiceUnavailable"),
    ],
)
def test_an_aws_that_does_not_answer_for_a_while_is_asked_again_and_that_is_shown(
    code: str, status: int, told: str, world: World, release: Any
) -> None:
    succeeding(world)
    healthy, failures = world.aws.answers["DescribeServices"], iter(range(3))

    def failing(asked: dict[str, Any]) -> dict[str, Any]:
        if world.executed and next(failures, None) is not None:
            raise RefusalError(code, status=status)
        return healthy(asked)

    world.aws.answer("DescribeServices", failing)
    ended = release()
    assert ended.exit_code == 0
    assert [line.rpartition("; ")[2] for line in ended.stderr.splitlines() if told in line] == [
        f"asking again in {seconds} s" for seconds in (2, 4, 8)
    ]


def test_expired_credentials_end_the_wait_with_the_command_that_goes_on(world: World, release: Any) -> None:
    world.frames = [(UPDATING, [deployment(NEW, "IN_PROGRESS")])]
    healthy = world.aws.answers["DescribeServices"]

    def expiring(asked: dict[str, Any]) -> dict[str, Any]:
        if world.executed:
            raise RefusalError("ExpiredTokenException", "The security token included in the request is expired")
        return healthy(asked)

    world.aws.answer("DescribeServices", expiring)
    ended = release()
    assert ended.exit_code == 4
    assert "the credentials have expired; the rollout goes on without being watched" in ended.stderr
    assert "Run aws sso login, then slipway watch dev." in ended.stderr


def refusing(world: World, operation: str, code: str = "AccessDenied", status: int = 400) -> None:
    """Lets AWS refuse that from the change on."""
    before = world.aws.answers.get(operation)

    def refused(asked: dict[str, Any]) -> dict[str, Any]:
        if world.executed or before is None:
            raise RefusalError(code, f"not authorized to perform: {operation}", status)
        return before(asked)

    world.aws.answer(operation, refused)


def test_a_role_that_may_not_look_any_more_does_not_make_the_release_a_failure(world: World, release: Any) -> None:
    succeeding(world)
    refusing(world, "DescribeServices")
    ended = release()
    assert ended.exit_code == 4
    assert "AccessDenied: not authorized to perform: DescribeServices; the rollout goes on without" in ended.stderr
    assert "then slipway watch dev." in ended.stderr


def test_a_service_that_was_removed_is_a_failure(world: World, release: Any) -> None:
    succeeding(world)
    described = world.aws.answers["DescribeServices"]
    world.aws.answer("DescribeServices", lambda asked: {"services": []} if world.executed else described(asked))
    assert release().exit_code == 1


@pytest.mark.parametrize("operation", ["DescribeAlarms", "DescribeTargetHealth", "ListTasks"])
def test_what_the_verdict_does_not_need_may_be_refused(operation: str, world: World, release: Any) -> None:
    succeeding(world)
    described = world.aws.answers["DescribeServices"]

    def with_alarms(asked: dict[str, Any]) -> dict[str, Any]:
        (service,) = described(asked)["services"]
        alarms = {"alarmNames": ["Errors"], "enable": True, "rollback": True}
        return {"services": [service | {"deploymentConfiguration": {"alarms": alarms}}]}

    world.aws.answer("DescribeServices", with_alarms)
    world.aws.answer("DescribeAlarms", {"MetricAlarms": [{"AlarmName": "Errors", "StateValue": "OK"}]})
    refusing(world, operation)
    ended = release()
    assert ended.exit_code == 0
    told = {"DescribeAlarms": "alarms AWS does not tell", "ListTasks": "new tasks AWS does not tell"}
    assert told.get(operation, "alarms quiet") in ended.stderr


def test_whether_a_change_that_nobody_answers_for_has_begun_is_not_guessed(world: World, release: Any) -> None:
    def lost(_: dict[str, Any]) -> dict[str, Any]:
        world.executed = True
        raise RefusalError("ServiceUnavailable", status=503)

    world.aws.answer("ExecuteChangeSet", lost)
    refusing(world, "DescribeChangeSet", "ServiceUnavailable", 503)
    ended = release()
    assert ended.exit_code == 4
    assert "whether CloudFormation changes slipway-dev-service is not known: ExecuteChangeSet" in told(ended.stderr)
    assert "slipway watch dev" in told(ended.stderr)


def test_a_summary_that_cannot_be_written_does_not_take_the_verdict_away(
    world: World, release: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    succeeding(world)
    shell.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))  # a folder
    ended = release()
    assert ended.exit_code == 0
    assert "The job's summary cannot be written" in ended.stderr


def test_a_second_signal_during_a_slow_look_leaves_the_rollout_and_says_that_it_was_not_rolled_back(
    world: World, release: Any
) -> None:
    world.frames = [(UPDATING, [])]
    listed = world.aws.answers["ListServiceDeployments"]

    def slow(asked: dict[str, Any]) -> dict[str, Any]:
        if world.executed:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
        return listed(asked)

    world.aws.answer("ListServiceDeployments", slow)
    ended = release("--on-cancel", "rollback")
    assert ended.exit_code == 4
    assert "goes on without being watched, and it was NOT rolled back" in told(ended.stderr)
    assert "slipway abort dev --yes" in told(ended.stderr)


def test_a_release_that_is_left_before_ecs_begins_says_that_it_was_not_rolled_back(world: World, release: Any) -> None:
    world.frames = [(UPDATING, [])]
    listed = world.aws.answers["ListServiceDeployments"]

    def with_signal(asked: dict[str, Any]) -> dict[str, Any]:
        if world.looks in {1, 3}:
            os.kill(os.getpid(), signal.SIGINT)
        return listed(asked)

    world.aws.answer("ListServiceDeployments", with_signal)
    ended = release("--on-cancel", "rollback")
    assert ended.exit_code == 4
    assert "It was NOT rolled back. To do it: slipway abort dev --yes" in told(ended.stderr)
    assert "it was NOT rolled back: ECS had not begun it" in told(ended.stdout)


def interrupting(world: World, number: signal.Signals) -> None:
    """Lets the signal come at the first look at which the rollout is under way."""
    world.frames = [
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        ("UPDATE_ROLLBACK_COMPLETE", [rolled_back(NEW, reason="stopped by a user")]),
    ]
    listed = world.aws.answers["ListServiceDeployments"]

    def with_signal(asked: dict[str, Any]) -> dict[str, Any]:
        told = listed(asked)
        if world.looks == 1:
            os.kill(os.getpid(), number)
        return told

    world.aws.answer("ListServiceDeployments", with_signal)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_release_is_rolled_back_if_that_was_wanted(
    number: signal.Signals, world: World, release: Any
) -> None:
    interrupting(world, number)
    ended = release("--on-cancel", "rollback")
    assert world.aws.parameters("StopServiceDeployment") == {
        "serviceDeploymentArn": deployment_arn(NEW),
        "stopType": "ROLLBACK",
    }
    assert ended.exit_code == 3


@pytest.mark.parametrize("options", [[], ["--on-cancel", "leave"], ["--on-cancel", "ask"]])
def test_a_cancelled_release_without_a_terminal_goes_on_by_itself(
    options: list[str], world: World, release: Any
) -> None:
    interrupting(world, signal.SIGTERM)
    ended = release(*options)
    assert ended.exit_code == 4
    assert "slipway watch dev picks it up" in told(ended.stdout)
    assert "StopServiceDeployment" not in world.aws.operations()


def test_signals_do_what_they_did_before_when_the_release_is_over(world: World, release: Any) -> None:
    before = signal.getsignal(signal.SIGTERM)
    succeeding(world)
    release()
    assert signal.getsignal(signal.SIGTERM) is before
