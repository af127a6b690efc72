"""`slipway status`: what it asks, and what it prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.operations.answering import RefusalError
from tests.operations.conftest import Slipway
from tests.operations.world import BREAKER, CLUSTER, NEW, OLD, World, minutes, rolled_back, task_definition

TASK = "arn:aws:ecs:eu-central-1:111111111111:task/slipway-dev/0123456789abcdef0123456789abcdef"
DIGEST = f"sha256:{'ab' * 32}"
ALARM = "slipway-dev-service-ErrorCount"


def with_a_task(world: World, health: dict[str, Any] | None = None) -> None:
    """Lets the service have a task, whose target is healthy unless it is said otherwise."""
    task = {
        "taskArn": TASK,
        "lastStatus": "RUNNING",
        "taskDefinitionArn": task_definition(world.running),
        "attachments": [{"details": [{"name": "privateIPv4Address", "value": "10.0.0.7"}]}],
        "containers": [{"name": "service", "imageDigest": DIGEST}],
    }
    target = {"Target": {"Id": "10.0.0.7", "Port": 8000}, "TargetHealth": health or {"State": "healthy"}}
    world.aws.answer("ListTasks", {"taskArns": [TASK]})
    world.aws.answer("DescribeTasks", {"tasks": [task]})
    world.aws.answer("DescribeTargetHealth", {"TargetHealthDescriptions": [target]})


def with_an_alarm(world: World, state: str) -> None:
    services = world.aws.answers["DescribeServices"]

    def watched(asked: dict[str, Any]) -> dict[str, Any]:
        told = services(asked)
        alarms = {"enable": True, "rollback": True, "alarmNames": [ALARM]}
        told["services"][0]["deploymentConfiguration"] = {"alarms": alarms}
        return told

    world.aws.answer("DescribeServices", watched)
    world.aws.answer("DescribeAlarms", {"MetricAlarms": [{"AlarmName": ALARM, "StateValue": state}]})


def with_a_history(world: World) -> None:
    record = {"Version": 1, "Value": OLD, "Description": "released by ada #0123abcd", "LastModifiedDate": minutes(-61)}
    world.aws.answer("GetParameterHistory", {"Parameters": [record]})


def test_as_text_it_is_one_fact_a_line(world: World, slipway: Slipway) -> None:
    with_a_task(world)
    with_an_alarm(world, "OK")
    with_a_history(world)
    ended = slipway("status", "dev")
    assert ended.stdout.splitlines() == [
        "environment  dev",
        "stack        UPDATE_COMPLETE",
        f"cluster      {CLUSTER}",
        "service      slipway-dev",
        f"image        {OLD}",
        f"digest       {DIGEST}",
        "released     since 2026-11-23 10:59 UTC by ada",
        "tasks        2 of 2 running",
        "             01234567 RUNNING, target healthy",
        "deployment   COMPLETED ecs-svc/0000000000000000001",
        f"alarms       OK {ALARM}",
        f"rollouts     2026-11-23 11:00  {OLD}  SUCCESSFUL",
        "url          https://dev.example.com",
    ]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_as_json_it_is_one_object_on_stdout(world: World, slipway: Slipway) -> None:
    with_a_task(world)
    with_an_alarm(world, "ALARM")
    with_a_history(world)
    told = json.loads(slipway("status", "dev", "--json").stdout)
    assert (told["image_tag"], told["image_digest"], told["by"]) == (OLD, DIGEST, "ada")
    assert told["since"] == "2026-11-23T10:59:00+00:00"
    assert (told["running"], told["desired"], told["url"]) == (2, 2, "https://dev.example.com")
    assert told["deployment"] == {"id": "ecs-svc/0000000000000000001", "status": "COMPLETED", "reason": ""}
    assert told["tasks"][0] | {"id": "", "task_definition": ""} == {
        "id": "",
        "task_definition": "",
        "status": "RUNNING",
        "health": "healthy",
        "why": "",
        "digest": DIGEST,
    }
    assert told["alarms"] == [{"name": ALARM, "state": "ALARM"}]
    assert told["rollouts"] == [{"tag": OLD, "state": "SUCCESSFUL", "begun": "2026-11-23T11:00:00+00:00"}]


def test_why_a_target_is_not_healthy_is_told(world: World, slipway: Slipway) -> None:
    health = {"State": "unhealthy", "Reason": "Target.ResponseCodeMismatch", "Description": "Health checks failed"}
    with_a_task(world, health)
    told = slipway("status", "dev").stdout
    assert "01234567 RUNNING, target unhealthy (Target.ResponseCodeMismatch)" in told


def test_the_image_is_the_one_that_runs_and_not_the_one_of_the_stack(world: World, slipway: Slipway) -> None:
    world.tag = NEW
    world.before.insert(0, rolled_back(NEW, reason=BREAKER))
    told = json.loads(slipway("status", "dev", "--json").stdout)
    assert told["image_tag"] == OLD
    assert [each["state"] for each in told["rollouts"]] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_an_image_named_by_its_digest_is_shown_as_unknown(world: World, slipway: Slipway) -> None:
    world.before = []
    image = f"111111111111.dkr.ecr.eu-central-1.amazonaws.com/slipway@{DIGEST}"
    containers = [{"name": "service", "image": image}]
    world.aws.answer("DescribeTaskDefinition", {"taskDefinition": {"containerDefinitions": containers}})
    assert "image        unknown" in slipway("status", "dev").stdout.splitlines()


@pytest.mark.usefixtures("world")
def test_a_fact_that_aws_does_not_give_has_no_line(slipway: Slipway) -> None:
    told = slipway("status", "dev").stdout
    assert not [line for line in told.splitlines() if line.startswith(("digest", "released", "reason", "alarms"))]


def test_without_the_right_to_read_the_record_the_rest_is_told(world: World, slipway: Slipway) -> None:
    def denied(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDeniedException", "not authorized to perform: ssm:GetParameterHistory")

    world.aws.answer("GetParameterHistory", denied)
    ended = slipway("status", "dev")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert f"image        {OLD}" in ended.stdout.splitlines()


def test_text_stays_within_80_columns(world: World, slipway: Slipway) -> None:
    with_a_task(world)
    services = world.aws.answers["DescribeServices"]
    reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/6666666666666666666."

    def told(asked: dict[str, Any]) -> dict[str, Any]:
        answer = services(asked)
        answer["services"][0]["deployments"][0]["rolloutStateReason"] = reason
        return answer

    world.aws.answer("DescribeServices", told)
    lines = slipway("status", "dev").stdout.splitlines()
    wrapped = lines.index("reason       ECS deployment circuit breaker: rolling back to deploymentId")
    assert lines[wrapped + 1] == "             ecs-svc/6666666666666666666."
    assert [line for line in lines if len(line) > 80 and not line.startswith("digest")] == []


@pytest.mark.parametrize(
    ("environment", "state", "fix"),
    [
        ("dev", "", "Run slipway release dev --tag TAG, which creates it."),
        ("dev", "ROLLBACK_COMPLETE", "Run slipway release dev --tag TAG, which creates it."),
        ("sandbox", "", "Run make up."),
    ],
)
def test_an_environment_without_a_service_is_told_how_to_get_one(
    environment: str, state: str, fix: str, world: World, slipway: Slipway
) -> None:
    name = f"slipway-{environment}-service"

    def stacks(_: dict[str, Any]) -> dict[str, Any]:
        if not state:
            raise RefusalError("ValidationError", f"Stack with id {name} does not exist")
        return {"Stacks": [{"StackName": name, "StackStatus": state, "CreationTime": minutes(0)}]}

    world.aws.answer("DescribeStacks", stacks)
    ended = slipway("status", environment)
    told = f"slipway: {environment} has no service: the stack {name} is {state or 'not deployed'}.\n{fix}\n"
    assert ended.stderr == told
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_an_environment_whose_image_cdk_builds_is_created_by_deploying_it(
    world: World, slipway: Slipway, tmp_path: Path
) -> None:
    def no_stack(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("ValidationError", "Stack with id slipway-dev-service does not exist")

    world.aws.answer("DescribeStacks", no_stack)
    text = Path("slipway.toml").read_text(encoding="utf-8")
    path = tmp_path / "slipway.toml"
    path.write_text(text.replace("[environments.dev]", '[environments.dev]\nimage = "asset"'), encoding="utf-8")
    assert slipway("--configuration", str(path), "status", "dev").stderr.endswith(
        "\nRun slipway deploy dev, which creates it.\n"
    )


@pytest.mark.parametrize("status", [None, "INACTIVE"])
def test_a_service_that_was_removed_by_hand_is_not_taken_for_a_running_one(
    status: str | None, world: World, slipway: Slipway
) -> None:
    services = world.aws.answers["DescribeServices"]

    def removed(asked: dict[str, Any]) -> dict[str, Any]:
        return {"services": [each | {"status": status} for each in services(asked)["services"] if status]}

    world.aws.answer("DescribeServices", removed)
    ended = slipway("status", "dev")
    assert ended.stderr == (
        "slipway: the service slipway-dev is not in the cluster slipway-dev although slipway-dev-service says so.\n"
        "Run npx cdk drift slipway-dev-service to see what was removed by hand.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_the_sandbox_is_asked_at_its_own_port_and_serves_under_its_own_endpoint(world: World, slipway: Slipway) -> None:
    stacks = world.aws.answers["DescribeStacks"]
    balancer = {"OutputKey": "LoadBalancerArn", "OutputValue": "arn:aws:elasticloadbalancing:::loadbalancer/app/web/1"}

    def of_the_sandbox(asked: dict[str, Any]) -> dict[str, Any]:
        (stack,) = stacks(asked)["Stacks"]
        return {"Stacks": [stack | {"StackName": asked["StackName"], "Outputs": [*stack["Outputs"], balancer]}]}

    world.aws.answer("DescribeStacks", of_the_sandbox)
    world.aws.answer("DescribeLoadBalancers", {"LoadBalancers": [{"LoadBalancerName": "web"}]})
    world.aws.answer("DescribeImages", {"imageDetails": [{"imageDigest": DIGEST}]})
    told = json.loads(slipway("status", "sandbox", "--json").stdout)
    assert told["url"] == "http://localhost:4566/_alb/web"
    assert told["image_digest"] == DIGEST
    assert set(world.aws.endpoints) == {"http://localhost:4566"}
