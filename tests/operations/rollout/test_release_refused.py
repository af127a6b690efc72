"""`slipway release`: what it refuses before anything is changed, and what it finds released already."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.operations.answering import RefusalError
from tests.operations.conftest import Slipway
from tests.operations.releases import assert_refused, succeeding, told, written
from tests.operations.world import NEW, OLD, World, change


@pytest.mark.parametrize("tag", ["latest", "sha-12345", "sha-123456G", "SHA-1234567", f"sha-{'0' * 41}"])
def test_what_cannot_be_a_tag_ends_with_2_before_anything_is_asked(tag: str, world: World, slipway: Slipway) -> None:
    ended = slipway("release", "dev", "--tag", tag)
    assert ended.exit_code == 2
    assert "must be sha- and 7 to 40 hexadecimal digits" in ended.stderr
    assert world.aws.calls == []


def test_where_cdk_builds_the_image_deploying_is_the_release(slipway: Slipway, tmp_path: Path, world: World) -> None:
    text = Path("slipway.toml").read_text()
    path = tmp_path / "slipway.toml"
    path.write_text(text.replace("[environments.dev]", '[environments.dev]\nimage = "asset"'))
    ended = slipway("--configuration", str(path), "release", "dev", "--tag", NEW)
    assert ended.exit_code == 2
    assert "Run slipway deploy dev" in ended.stderr  # not by a pattern, which another environment may match too
    assert world.aws.calls == []


def test_a_tag_without_an_image_ends_with_6_without_touching_cloudformation(world: World, slipway: Slipway) -> None:
    world.aws.denying = True

    def missing(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("ImageNotFoundException")

    world.aws.answer("DescribeImages", missing)
    ended = slipway("release", "dev", "--tag", NEW)
    assert_refused(ended, world, "nothing was changed", f"has no image {NEW}")
    assert written(world) == []


@pytest.mark.parametrize(
    ("state", "fix"),
    [
        ("UPDATE_ROLLBACK_FAILED", "npx cdk rollback slipway-dev-service"),
        ("REVIEW_IN_PROGRESS", "delete-stack --stack-name slipway-dev-service"),
        ("REVIEW_IN_PROGRESS", "then slipway release dev --tag TAG;"),
        ("CREATE_FAILED", "npx cdk rollback slipway-dev-service, then slipway release dev --tag TAG;"),
        ("DELETE_FAILED", "update-termination-protection --no-enable-termination-protection --stack-name slipway-dev"),
        ("UPDATE_IN_PROGRESS", "slipway watch dev"),
        ("ROLLBACK_FAILED", "npx cdk destroy slipway-dev-service"),
    ],
)
def test_a_stack_that_takes_no_update_ends_with_6_and_what_to_type(
    state: str, fix: str, world: World, release: Any
) -> None:
    world.stack = state
    assert_refused(release(), world, state, fix)
    assert written(world) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (change("Rule", "AWS::ElasticLoadBalancingV2::ListenerRule"), "it changes Rule"),
        (change("Service2", "AWS::ECS::Service", "True"), "it replaces Service2"),
        (change("Role", "AWS::IAM::Role") | {"Action": "Add"}, "it adds Role"),
        (
            change(
                "Alarm",
                "AWS::CloudWatch::Alarm",
                "Conditional",
                {"Evaluation": "Dynamic", "ChangeSource": "ResourceAttribute", "CausingEntity": "Rule.Name"},
            ),
            "it changes Alarm",
        ),
    ],
)
def test_a_change_of_anything_else_ends_with_6_and_is_thrown_away(
    other: dict[str, Any], told: str, world: World, release: Any
) -> None:
    world.changes.append(other)
    assert_refused(release(), world, "more than the image", told)
    assert "DeleteChangeSet" in world.aws.operations()


def test_what_merely_refers_to_the_service_is_no_change(world: World, release: Any) -> None:
    succeeding(world)

    def caused_by(entity: str, source: str) -> dict[str, str]:
        return {"Evaluation": "Dynamic", "ChangeSource": source, "CausingEntity": entity}

    scaling = "AWS::ApplicationAutoScaling::"
    world.changes += [
        change("Policy", f"{scaling}ScalingPolicy", "Conditional", caused_by("Target", "ResourceReference")),
        change("Target", f"{scaling}ScalableTarget", "Conditional", caused_by("Service.Name", "ResourceAttribute")),
    ]
    assert release().exit_code == 0


def test_a_change_set_that_cannot_be_worked_out_ends_with_6(world: World, release: Any) -> None:
    world.aws.answer("DescribeChangeSet", {"Status": "FAILED", "StatusReason": "Parameter ImageTag failed."})
    assert_refused(release(), world, "Parameter ImageTag failed")


def test_a_stack_that_somebody_else_has_updated_meanwhile_ends_with_6(world: World, release: Any) -> None:
    def obsolete(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("InvalidChangeSetStatus", "ChangeSet is in OBSOLETE status")

    described = world.aws.answers["DescribeChangeSet"]
    world.aws.answer("DescribeChangeSet", lambda asked: described(asked) | {"ExecutionStatus": "OBSOLETE"})
    world.aws.answer("ExecuteChangeSet", obsolete)
    ended = release()
    assert ended.exit_code == 6
    assert "somebody else has updated slipway-dev-service meanwhile" in ended.stderr


def test_an_answer_that_was_lost_does_not_make_a_release_a_failure(world: World, release: Any) -> None:
    """The SDK asks again by itself, and what has begun cannot begin again."""
    succeeding(world)

    def begun(asked: dict[str, Any]) -> dict[str, Any]:
        described = world.aws.answers["DescribeChangeSet"]
        world.aws.answer("DescribeChangeSet", lambda each: described(each) | {"ExecutionStatus": "EXECUTE_IN_PROGRESS"})
        world.executed = True
        raise RefusalError("InvalidChangeSetStatus", f"{asked['ChangeSetName']} is in EXECUTE_IN_PROGRESS status")

    world.aws.answer("ExecuteChangeSet", begun)
    assert release().exit_code == 0


def test_without_the_right_to_deploy_nothing_is_changed_and_it_ends_with_6(world: World, release: Any) -> None:
    def denied(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDenied", "ada is not authorized to perform: sts:AssumeRole")

    world.aws.answer("AssumeRole", denied)
    assert_refused(release(), world, "sts:AssumeRole")


def test_a_tag_that_runs_already_is_a_success_without_an_update(world: World, release: Any) -> None:
    world.same, world.tag, world.running = True, NEW, NEW
    ended = release()
    assert ended.exit_code == 0
    assert "it was released already, and runs" in told(ended.stdout)
    assert "ExecuteChangeSet" not in world.aws.operations()


def test_a_tag_that_the_stack_has_but_that_does_not_run_is_no_success(world: World, release: Any) -> None:
    world.same, world.tag, world.running = True, NEW, OLD
    ended = release()
    assert ended.exit_code == 1
    assert f"{OLD} runs" in told(ended.stdout)


@pytest.mark.parametrize(("running", "state"), [(0, "COMPLETED"), (1, "COMPLETED"), (2, "IN_PROGRESS")])
def test_a_tag_that_runs_already_but_not_well_is_no_success(
    running: int, state: str, world: World, release: Any
) -> None:
    world.same, world.tag, world.running = True, NEW, NEW
    described = world.aws.answers["DescribeServices"]

    def unwell(asked: dict[str, Any]) -> dict[str, Any]:
        (service,) = described(asked)["services"]
        (primary,) = service["deployments"]
        return {"services": [service | {"runningCount": running, "deployments": [primary | {"rolloutState": state}]}]}

    world.aws.answer("DescribeServices", unwell)
    ended = release()
    assert ended.exit_code == 1
    assert f"is not well: {running} of 2 tasks run, and its rollout is {state}" in told(ended.stdout)


def test_a_change_that_was_refused_cannot_begin_later(world: World, release: Any) -> None:
    def refused(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("ServiceUnavailable", status=503)

    world.aws.answer("ExecuteChangeSet", refused)
    ended = release()
    assert ended.exit_code == 6
    assert world.aws.operations()[-1] == "DeleteChangeSet"


@pytest.mark.parametrize("code", ["ThrottlingException", "ExpiredTokenException"])
def test_a_change_set_that_cannot_be_looked_at_is_thrown_away(code: str, world: World, release: Any) -> None:
    def refused(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError(code)

    world.aws.answer("DescribeChangeSet", refused)
    assert_refused(release(), world, "DescribeChangeSet was")
    assert world.aws.operations()[-1] == "DeleteChangeSet"


def test_a_change_set_that_takes_too_long_ends_with_6_and_is_thrown_away(
    world: World, release: Any, shell: pytest.MonkeyPatch
) -> None:
    shell.setattr("operations.rollout.change.PATIENCE", -1.0)
    world.aws.answer("DescribeChangeSet", {"Status": "CREATE_IN_PROGRESS"})
    assert_refused(release(), world, "has not worked out the change set")
    assert world.aws.operations()[-1] == "DeleteChangeSet"


def test_who_ends_it_twice_while_the_change_is_worked_out_changes_nothing(world: World, release: Any) -> None:
    def slow(_: dict[str, Any]) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        return {"Status": "CREATE_IN_PROGRESS"}

    world.aws.answer("DescribeChangeSet", slow)
    assert_refused(release(), world, "you ended it before anything was changed")
    assert world.aws.operations()[-1] == "DeleteChangeSet"


def test_a_change_set_is_asked_for_with_a_token_so_that_asking_again_makes_no_second_one(
    world: World, release: Any
) -> None:
    succeeding(world)
    release()
    asked = world.aws.parameters("CreateChangeSet")
    assert asked["ClientToken"] == asked["ChangeSetName"]


def test_a_release_waits_until_the_one_before_is_tidied_up(world: World, release: Any) -> None:
    succeeding(world)
    described, looks = world.aws.answers["DescribeStacks"], iter(range(3))

    def tidying(asked: dict[str, Any]) -> dict[str, Any]:
        told = described(asked)
        if next(looks, None) is not None:
            told["Stacks"][0]["StackStatus"] = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        return told

    world.aws.answer("DescribeStacks", tidying)
    ended = release()
    assert ended.exit_code == 0
    assert ended.stderr.count("waiting until CloudFormation has deleted what it replaced") == 1
