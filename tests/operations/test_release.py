"""`slipway release`: what it changes, what it refuses, and with which exit code it ends."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from operations.rollout import first
from tests.operations.answering import RefusalError
from tests.operations.conftest import Ended, Slipway
from tests.operations.world import (
    BREAKER,
    NEW,
    NEXT,
    OLD,
    REPOSITORY,
    ROLE,
    STACK,
    World,
    change,
    deployment,
    deployment_arn,
    minutes,
    rolled_back,
    task_definition,
)

UPDATING = "UPDATE_IN_PROGRESS"
WRITES = {"CreateChangeSet", "ExecuteChangeSet", "StopServiceDeployment"}


@pytest.fixture
def release(slipway: Slipway) -> Any:
    """Runs `slipway release dev` of the new tag without looking at anything before."""
    return lambda *words, tag=NEW: slipway("release", "dev", "--tag", tag, "--skip-preflight", *words)


def succeeding(world: World) -> None:
    world.frames = [
        (UPDATING, []),
        (UPDATING, [deployment(NEW, "PENDING")]),
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
        ("UPDATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
    ]


def rolling_back(world: World) -> None:
    world.frames = [
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "ROLLBACK_IN_PROGRESS", statusReason=BREAKER)]),
        ("UPDATE_ROLLBACK_IN_PROGRESS", [rolled_back(NEW)]),
        ("UPDATE_ROLLBACK_COMPLETE", [rolled_back(NEW)]),
    ]


def crashing(world: World) -> None:
    """Lets ECS remember a task that ended with exit code 3."""
    arn = "arn:aws:ecs:eu-central-1:111111111111:task/slipway-dev/0123456789abcdef"
    task = {
        "taskArn": arn,
        "lastStatus": "STOPPED",
        "taskDefinitionArn": task_definition(NEW),
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "createdAt": minutes(1.5),
        "startedAt": minutes(1.6),
        "stoppedAt": minutes(1.7),
        "containers": [{"name": "service", "exitCode": 3}],
    }

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        return {"taskArns": [arn] if asked["desiredStatus"] == "STOPPED" else []}

    world.aws.answer("ListTasks", listed)
    world.aws.answer("DescribeTasks", {"tasks": [task]})


def told(text: str) -> str:
    """Without the line breaks."""
    return " ".join(text.split())


def written(world: World) -> list[str]:
    return [operation for operation in world.aws.operations() if operation in WRITES]


def assert_refused(ended: Ended, world: World, *words: str) -> None:
    assert ended.exit_code == 6
    assert ended.stdout == ""
    assert "ExecuteChangeSet" not in world.aws.operations()
    for word in words:
        assert word in ended.stderr.replace("\n", " ")


def test_a_good_release_ends_with_0_and_says_so(world: World, release: Any) -> None:
    succeeding(world)
    ended = release()
    assert ended.exit_code == 0
    assert ended.stdout.splitlines()[0] == f"SUCCEEDED  {NEW} in dev."


def test_a_release_changes_nothing_but_the_tag_and_who_released_it(world: World, release: Any) -> None:
    succeeding(world)
    release()
    assert world.aws.parameters("AssumeRole")["RoleArn"] == ROLE
    asked = world.aws.parameters("CreateChangeSet")
    assert (asked["StackName"], asked["UsePreviousTemplate"], asked["ChangeSetType"]) == (STACK, True, "UPDATE")
    released_by = asked["Parameters"][1].pop("ParameterValue")
    assert asked["Parameters"] == [
        {"ParameterKey": "ImageTag", "ParameterValue": NEW},
        {"ParameterKey": "ReleasedBy"},
        {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
    ]
    assert released_by.startswith("ada #")
    assert world.aws.parameters("ExecuteChangeSet")["ChangeSetName"] == asked["ChangeSetName"]


def test_in_a_job_the_release_is_recorded_with_who_started_it_and_where(
    world: World, release: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    succeeding(world)
    summary = tmp_path / "summary.md"
    for name, value in {
        "GITHUB_ACTOR": "octocat",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "example-org/example-service",
        "GITHUB_RUN_ID": "42",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_STEP_SUMMARY": str(summary),
    }.items():
        shell.setenv(name, value)
    release()
    released_by = world.aws.parameters("CreateChangeSet")["Parameters"][1]["ParameterValue"]
    run = "https://github.com/example-org/example-service/actions/runs/42/attempts/2"
    assert released_by.startswith(f"octocat {run} #")
    assert summary.read_text().startswith(f"### SUCCEEDED: `{NEW}` in `dev`\n")
    assert "| seconds | phase |" in summary.read_text()


def test_a_rolled_back_release_ends_with_3_and_says_what_runs_and_why(world: World, release: Any) -> None:
    rolling_back(world)
    crashing(world)
    ended = release()
    assert ended.exit_code == 3
    lines = ended.stdout.splitlines()
    assert told("\n".join(lines)).startswith(f"ROLLED BACK {NEW} in dev: {BREAKER} {OLD} runs. The container service")
    diagnosis = lines.index("", 1) + 1
    assert "exits with code 3" in lines[diagnosis]
    assert "Stopped tasks" in lines
    assert lines[lines.index("Time") + 1].endswith(" s  ECS finds a place")


def test_where_it_cannot_be_found_out_why_it_says_how_to_try_again(world: World, release: Any) -> None:
    rolling_back(world)
    listed = world.aws.answers["ListServiceDeployments"]

    def forgotten(asked: dict[str, Any]) -> dict[str, Any]:
        at_the_end = world.looks >= len(world.frames)
        return {"serviceDeployments": []} if at_the_end else listed(asked)

    world.aws.answer("ListServiceDeployments", forgotten)
    ended = release()
    assert ended.exit_code == 3
    assert told(ended.stdout).startswith(f"ROLLED BACK {NEW} in dev: {BREAKER} {OLD} runs. Run slipway diagnose dev")


def test_as_json_the_outcome_is_one_object_on_stdout(world: World, release: Any) -> None:
    rolling_back(world)
    crashing(world)
    outcome = json.loads(release("--json").stdout)
    assert (outcome["verdict"], outcome["exit_code"], outcome["tag"], outcome["runs"]) == ("ROLLED_BACK", 3, NEW, OLD)
    assert (outcome["rollout"]["failures"], outcome["rollout"]["threshold"]) == (3, 3)
    assert outcome["rollout"]["rollback"]["to"] == OLD
    assert outcome["timeline"]["phases"][-1]["name"] == "ECS rolls back"
    assert outcome["diagnosis"]["cause"] == "crash loop"


def test_without_a_terminal_each_change_is_one_line_on_stderr(world: World, release: Any) -> None:
    rolling_back(world)
    lines = release().stderr.splitlines()
    assert lines[0] == f"CloudFormation changes {STACK}: ImageTag={NEW}, nothing else"
    assert "rollout IN_PROGRESS; stack UPDATE_IN_PROGRESS; new tasks 0 of 2 running" in lines[1]
    assert len(lines) == len(set(lines))


def test_a_failure_with_nothing_to_roll_back_to_ends_with_1(world: World, release: Any) -> None:
    failed = deployment(NEW, "ROLLBACK_FAILED", statusReason="No rollback candidate was found to run the rollback.")
    world.frames = [(UPDATING, [failed]), ("UPDATE_ROLLBACK_FAILED", [failed])]
    ended = release()
    assert ended.exit_code == 1
    assert "slipway doctor dev says what to do" in told(ended.stdout)


def test_what_takes_too_long_ends_with_4_and_goes_on(world: World, release: Any) -> None:
    world.frames = [(UPDATING, [deployment(NEW, "IN_PROGRESS")])]
    ended = release("--timeout", "0")
    assert ended.exit_code == 4
    assert "slipway watch dev picks it up" in told(ended.stdout)
    assert "StopServiceDeployment" not in world.aws.operations()


def test_a_release_that_another_one_replaces_ends_with_5(world: World, release: Any) -> None:
    newer = deployment(NEXT, "IN_PROGRESS", onto=NEW, minute=2)
    world.frames = [
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [newer, deployment(NEW, "STOPPED", stoppedAt=minutes(2))]),
    ]
    ended = release()
    assert ended.exit_code == 5
    assert f"a rollout of {NEXT} took its place" in told(ended.stdout)


def test_a_rollback_by_cloudformation_is_not_taken_for_another_release(world: World, release: Any) -> None:
    restoring = deployment(OLD, "SUCCESSFUL", onto=NEW, minute=5)
    restoring["serviceDeploymentArn"] += "again"
    world.frames = [
        (UPDATING, [deployment(NEW, "STOPPED", statusReason="The deployment was stopped.")]),
        ("UPDATE_ROLLBACK_COMPLETE", [restoring, deployment(NEW, "STOPPED")]),
    ]
    assert release().exit_code == 3


@pytest.mark.parametrize("stale", [1, 4, 12])
def test_a_stack_that_is_still_told_of_as_before_the_release_does_not_decide(
    stale: int, world: World, release: Any
) -> None:
    """After a rollback it is UPDATE_ROLLBACK_COMPLETE already, and DescribeStacks is eventually consistent."""
    world.stack, world.stale = "UPDATE_ROLLBACK_COMPLETE", stale
    succeeding(world)
    ended = release()
    assert ended.exit_code == 0


def test_a_stack_whose_operations_are_not_dated_is_believed_after_some_looks(world: World, release: Any) -> None:
    described = world.aws.answers["DescribeStacks"]

    def undated(asked: dict[str, Any]) -> dict[str, Any]:
        told = described(asked)
        told["Stacks"][0].pop("LastUpdatedTime")
        return told

    world.aws.answer("DescribeStacks", undated)
    world.stack = "UPDATE_ROLLBACK_COMPLETE"
    world.frames = [("UPDATE_ROLLBACK_COMPLETE", [])]
    assert release().exit_code == 3
    assert world.looks > 5


def test_the_release_is_known_by_its_task_definition_where_ecs_does_not_tell_the_tag(
    world: World, release: Any
) -> None:
    """ECS names the image only when a task has pulled it, and some images by digest."""
    succeeding(world)
    told, digest = world.aws.answers["DescribeServiceRevisions"], f"sha256:{'0' * 64}"

    def nameless(asked: dict[str, Any]) -> dict[str, Any]:
        revisions = told(asked)["serviceRevisions"]
        for each in revisions:
            image = {"containerName": "service", "image": f"{REPOSITORY}@{digest}", "imageDigest": digest}
            each["containerImages"] = [image] if world.looks > 3 else []
        return {"serviceRevisions": revisions}

    world.aws.answer("DescribeServiceRevisions", nameless)
    ended = release("--json")
    assert ended.exit_code == 0
    rollout = json.loads(ended.stdout)["rollout"]
    assert (rollout["tag"], rollout["digest"], rollout["replaces"]) == (NEW, digest, [OLD])


@pytest.mark.parametrize("stale", [0, 1])
def test_an_older_rollout_of_the_same_tag_is_not_taken_for_the_release(stale: int, world: World, release: Any) -> None:
    """Not even if ECS did not list it before, nor before it is known when the update began."""
    world.stale = stale
    earlier = deployment(NEW, "SUCCESSFUL", minute=-30, finishedAt=minutes(-25))
    earlier["serviceDeploymentArn"] += "earlier"
    world.frames = [
        (UPDATING, [earlier]),
        ("UPDATE_COMPLETE", [deployment(NEW, "ROLLBACK_SUCCESSFUL"), earlier]),
    ]
    assert release().exit_code == 3


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
    assert "npx cdk deploy 'slipway-dev-*'" in ended.stderr
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


def test_a_service_without_tasks_is_released_as_well(world: World, release: Any) -> None:
    world.desired = 0
    succeeding(world)
    ended = release()
    assert ended.exit_code == 0
    assert "new tasks 0 of 0 running" in ended.stderr


def test_a_rollout_that_vanishes_ends_with_1_and_is_told_as_such(world: World, release: Any) -> None:
    world.frames = [(UPDATING, [deployment(NEW, "IN_PROGRESS")]), ("UPDATE_COMPLETE", [])]
    ended = release()
    assert ended.exit_code == 1
    assert "ECS no longer lists the rollout" in told(ended.stdout)


def test_the_clock_of_this_machine_does_not_matter(world: World, release: Any, shell: pytest.MonkeyPatch) -> None:
    shell.setattr("time.time", lambda: 0.0)  # as if it were 1970
    succeeding(world)
    assert release().exit_code == 0


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


def test_a_summary_that_cannot_be_written_does_not_take_the_verdict_away(
    world: World, release: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    succeeding(world)
    shell.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))  # a folder
    ended = release()
    assert ended.exit_code == 0
    assert "The job's summary cannot be written" in ended.stderr


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


@pytest.fixture
def cdk(shell: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A CDK CLI that writes down what it was asked, and where its `exit` file says how it ends."""
    program = tmp_path / "node_modules" / ".bin" / "cdk"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\necho creating\nprintf "%s\\n" "$@" > {tmp_path}/asked\nexit $(cat {tmp_path}/exit)\n'
    )
    program.chmod(0o755)
    shell.setattr(first, "PROJECT", tmp_path)
    return tmp_path


def test_the_very_first_release_creates_the_environment_with_that_image(cdk: Path, world: World, release: Any) -> None:
    (cdk / "exit").write_text("0")
    world.stack, world.before = "", []
    world.frames = [("CREATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", onto=NEW)])]
    identity = world.aws.answers["GetCallerIdentity"]

    def created(asked: dict[str, Any]) -> dict[str, Any]:
        world.executed = True  # by the time that somebody looks again
        return identity(asked)

    world.aws.answer("GetCallerIdentity", created)
    ended = release()
    assert ended.exit_code == 0
    asked = (cdk / "asked").read_text().splitlines()
    assert asked[:2] == ["deploy", "slipway-dev-*"]
    assert f"slipway-dev-service:ImageTag={NEW}" in asked
    assert any(word.startswith("slipway-dev-service:ReleasedBy=ada #") for word in asked)
    assert "npx cdk deploy 'slipway-dev-*'" in ended.stderr
    assert written(world) == []


def test_a_first_release_that_fails_ends_with_1(cdk: Path, world: World, release: Any) -> None:
    (cdk / "exit").write_text("7")
    world.stack = ""
    ended = release()
    assert ended.exit_code == 1
    assert "nothing to roll back to: cdk ended with exit code 7" in ended.stderr
    # The service stack may be there by now, so that a release of the same tag would find nothing to do.
    assert "then run npx cdk deploy 'slipway-dev-*'" in told(ended.stderr)
    assert f"slipway-dev-service:ImageTag={NEW}" in told(ended.stderr)
