"""`slipway status`: what it asks, and what it prints."""

import datetime as dt
import json
from typing import Any

import pytest

from operations.rendering.status import lines
from operations.status import DeploymentStatus, Status
from tests.operations.conftest import ScriptedAws, Slipway

CLUSTER = "slipway-dev-service-ClusterEB0386A7-Hq2bPdrUmWzS"
SERVICE = "slipway-dev-service-WebServiceServiceA9E5B1C4-8sJwVbYk3TzL"
BALANCER = (
    "arn:aws:elasticloadbalancing:eu-central-1:111111111111:loadbalancer/app/slipwa-Ingre-4fWvN1tH6cXe/50dc6c4959"
)
URL = "https://slipwa-Ingre-4fWvN1tH6cXe-1234567890.eu-central-1.elb.amazonaws.com"
NEW, OLD = (f"arn:aws:ecs:eu-central-1:111111111111:task-definition/web:{revision}" for revision in (7, 6))
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def stack(name: str = "slipway-dev-service", status: str = "UPDATE_COMPLETE", **outputs: str) -> dict[str, Any]:
    return {
        "StackName": name,
        "StackStatus": status,
        "CreationTime": NOW,
        "Parameters": [{"ParameterKey": "ImageTag", "ParameterValue": "sha-0000000"}],
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }


DEPLOYED = stack(ClusterName=CLUSTER, ServiceName=SERVICE, Url=URL, LoadBalancerArn=BALANCER)


def deployment(status: str, task_definition: str, rollout: str, reason: str) -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{task_definition[-1] * 19}",
        "status": status,
        "taskDefinition": task_definition,
        "rolloutState": rollout,
        "rolloutStateReason": reason,
        "failedTasks": 0,
    }


COMPLETED = deployment("PRIMARY", NEW, "COMPLETED", "ECS deployment ecs-svc/7777777777777777777 completed.")


def deployed(
    aws: ScriptedAws,
    *deployments: dict[str, Any],
    tag: str | None = "sha-1234567",
    environment: str = "dev",
) -> None:
    """Scripts everything that `slipway status` asks when a service is there."""
    name = f"slipway-{environment}-service"
    aws.answers("cloudformation", "describe_stacks", {"Stacks": [DEPLOYED | {"StackName": name}]}, StackName=name)
    aws.answers(
        "ecs",
        "describe_services",
        {
            "services": [
                {
                    "serviceName": SERVICE,
                    "status": "ACTIVE",
                    "desiredCount": 2,
                    "runningCount": 1,
                    "pendingCount": 1,
                    "taskDefinition": NEW,
                    "deployments": list(deployments),
                }
            ]
        },
        cluster=CLUSTER,
        services=[SERVICE],
    )
    variables = [{"name": "ENVIRONMENT", "value": "dev"}] + ([{"name": "IMAGE_TAG", "value": tag}] if tag else [])
    primary = next(each for each in deployments if each["status"] == "PRIMARY")
    aws.answers(
        "ecs",
        "describe_task_definition",
        {"taskDefinition": {"containerDefinitions": [{"name": "service", "environment": variables}]}},
        taskDefinition=primary["taskDefinition"],
    )


def test_as_text_it_is_one_fact_a_line(aws: ScriptedAws, slipway: Slipway) -> None:
    deployed(aws, COMPLETED)
    ended = slipway("status", "dev")
    assert ended.stdout.splitlines() == [
        "environment  dev",
        f"cluster      {CLUSTER}",
        f"service      {SERVICE}",
        "image        sha-1234567",
        "tasks        1 of 2 running",
        "deployment   COMPLETED ecs-svc/7777777777777777777",
        "reason       ECS deployment ecs-svc/7777777777777777777 completed.",
        f"url          {URL}",
    ]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_as_json_it_is_one_object_on_stdout(aws: ScriptedAws, slipway: Slipway) -> None:
    deployed(aws, COMPLETED)
    ended = slipway("status", "dev", "--json")
    assert json.loads(ended.stdout) == {
        "environment": "dev",
        "cluster": CLUSTER,
        "service": SERVICE,
        "image_tag": "sha-1234567",
        "desired": 2,
        "running": 1,
        "deployment": {
            "id": "ecs-svc/7777777777777777777",
            "status": "COMPLETED",
            "reason": "ECS deployment ecs-svc/7777777777777777777 completed.",
        },
        "url": URL,
    }
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_the_region_is_that_of_the_environment(aws: ScriptedAws, slipway: Slipway) -> None:
    deployed(aws, COMPLETED)
    slipway("status", "dev")
    assert aws.endpoints == {
        "cloudformation": "https://cloudformation.eu-central-1.amazonaws.com",
        "ecs": "https://ecs.eu-central-1.amazonaws.com",
    }


def test_after_a_rollback_the_image_is_the_one_that_runs_and_not_the_one_of_the_stack(
    aws: ScriptedAws, slipway: Slipway
) -> None:
    rolling_back = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/6666666666666666666."
    failed = deployment("ACTIVE", NEW, "FAILED", rolling_back)
    deployed(aws, failed, deployment("PRIMARY", OLD, "IN_PROGRESS", rolling_back), tag="sha-6666666")
    status = json.loads(slipway("status", "dev", "--json").stdout)
    assert status["image_tag"] == "sha-6666666"
    assert status["deployment"] == {
        "id": "ecs-svc/6666666666666666666",
        "status": "IN_PROGRESS",
        "reason": rolling_back,
    }


def test_a_service_that_does_not_know_its_tag_is_shown_as_unknown(aws: ScriptedAws, slipway: Slipway) -> None:
    deployed(aws, COMPLETED, tag=None)
    assert "image        unknown" in slipway("status", "dev").stdout.splitlines()


def test_the_sandbox_is_asked_at_its_own_port_and_serves_under_its_own_endpoint(
    aws: ScriptedAws, slipway: Slipway
) -> None:
    deployed(aws, COMPLETED, environment="sandbox")
    aws.answers(
        "elbv2",
        "describe_load_balancers",
        {"LoadBalancers": [{"LoadBalancerName": "slipwa-Ingre-4fWvN1tH6cXe"}]},
        LoadBalancerArns=[BALANCER],
    )
    ended = slipway("status", "sandbox", "--json")
    assert json.loads(ended.stdout)["url"] == "http://localhost:4566/_alb/slipwa-Ingre-4fWvN1tH6cXe"
    assert aws.endpoints == dict.fromkeys(("cloudformation", "ecs", "elbv2"), "http://localhost:4566")


@pytest.mark.parametrize(
    ("environment", "stacks", "state", "fix"),
    [
        ("dev", [], "not deployed", "Run npx cdk deploy slipway-dev-service and the stacks before it."),
        (
            "dev",
            [stack(status="ROLLBACK_COMPLETE")],
            "ROLLBACK_COMPLETE",
            "Run npx cdk deploy slipway-dev-service and the stacks before it.",
        ),
        ("sandbox", [], "not deployed", "Run make up."),
    ],
)
def test_an_environment_without_a_service_is_told_how_to_get_one(
    environment: str, stacks: list[dict[str, Any]], state: str, fix: str, aws: ScriptedAws, slipway: Slipway
) -> None:
    name = f"slipway-{environment}-service"
    if stacks:
        aws.answers("cloudformation", "describe_stacks", {"Stacks": stacks}, StackName=name)
    else:
        aws.refuses("cloudformation", "describe_stacks", "ValidationError", f"Stack with id {name} does not exist")
    ended = slipway("status", environment)
    assert ended.stderr == (
        f"slipway: {environment} has no service: the stack slipway-{environment}-service is {state}.\n{fix}\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


@pytest.mark.parametrize("services", [[], [{"serviceName": SERVICE, "status": "INACTIVE"}]])
def test_a_service_that_was_removed_by_hand_is_not_taken_for_a_running_one(
    services: list[dict[str, Any]], aws: ScriptedAws, slipway: Slipway
) -> None:
    zeros: dict[str, Any] = {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}
    found = [zeros | {"taskDefinition": NEW, "deployments": []} | service for service in services]
    aws.answers("cloudformation", "describe_stacks", {"Stacks": [DEPLOYED]}, StackName="slipway-dev-service")
    aws.answers("ecs", "describe_services", {"services": found}, cluster=CLUSTER, services=[SERVICE])
    ended = slipway("status", "dev")
    assert ended.stderr == (
        f"slipway: the service {SERVICE} is not in the cluster {CLUSTER} although slipway-dev-service says so.\n"
        "Run npx cdk drift slipway-dev-service to see what was removed by hand.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def status_of(reason: str) -> Status:
    rollout = DeploymentStatus(id="ecs-svc/7777777777777777777", status="IN_PROGRESS", reason=reason)
    return Status("dev", CLUSTER, SERVICE, f"sha-{'7' * 40}", desired=2, running=1, deployment=rollout, url=URL)


def test_text_stays_within_80_columns_but_for_the_url() -> None:
    printed = lines(
        status_of("ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/6666666666666666666.")
    )
    assert [line for line in printed if len(line) > 80] == [f"url          {URL}"]
    assert printed[6:8] == [
        "reason       ECS deployment circuit breaker: rolling back to deploymentId",
        "             ecs-svc/6666666666666666666.",
    ]


def test_a_fact_that_aws_does_not_give_has_no_line() -> None:
    assert not [line for line in lines(status_of("")) if line.startswith("reason")]
