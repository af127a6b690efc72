"""What the gateways make of AWS's answers, where `slipway status` does not show it."""

import datetime as dt
from typing import Any

import pytest

from configuration import load
from operations.aws import Aws, connect
from operations.gateways.cloudformation import CloudFormation, StackResource
from operations.gateways.ecr import Ecr
from operations.gateways.ecs import Ecs, Task
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing
from tests.conftest import CONFIGURATION
from tests.operations.conftest import ScriptedAws

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
TASK = "arn:aws:ecs:eu-central-1:111111111111:task/cluster/0123456789abcdef"
REVISION = "arn:aws:ecs:eu-central-1:111111111111:task-definition/web:7"


def connected() -> Aws:
    configuration = load(CONFIGURATION)
    return connect(configuration, configuration.environment("dev"))


def test_an_image_is_there(aws: ScriptedAws) -> None:
    aws.answers(
        "ecr",
        "describe_images",
        {"imageDetails": [{"imageTags": ["sha-1234567"]}]},
        repositoryName="slipway",
        imageIds=[{"imageTag": "sha-1234567"}],
    )
    assert Ecr(connected()).has("slipway", "sha-1234567") is True


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_neither_a_missing_image_nor_a_missing_repository_is_an_error(code: str, aws: ScriptedAws) -> None:
    aws.refuses("ecr", "describe_images", code, "It does not exist")
    assert Ecr(connected()).has("slipway", "sha-1234567") is False


def test_the_resources_of_a_stack_are_read_page_by_page(aws: ScriptedAws) -> None:
    def page(name: str, **more: Any) -> dict[str, Any]:
        summary = {
            "LogicalResourceId": name,
            "ResourceType": "AWS::ECS::Cluster",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": NOW,
        }
        return {"StackResourceSummaries": [summary | ({"PhysicalResourceId": "c"} if more else {})], **more}

    aws.answers("cloudformation", "list_stack_resources", page("A", NextToken="2"), StackName="stack")
    aws.answers("cloudformation", "list_stack_resources", page("B"), StackName="stack", NextToken="2")
    assert CloudFormation(connected()).resources("stack") == [
        StackResource("A", "AWS::ECS::Cluster", "c", "CREATE_COMPLETE"),
        StackResource("B", "AWS::ECS::Cluster", "", "CREATE_COMPLETE"),  # not created yet: no physical id
    ]


def test_a_task_has_no_address_and_no_start_before_it_runs(aws: ScriptedAws) -> None:
    pending = {"taskArn": TASK, "lastStatus": "PROVISIONING", "taskDefinitionArn": REVISION, "attachments": []}
    address = {"name": "privateIPv4Address", "value": "10.0.0.7"}
    running = pending | {
        "lastStatus": "RUNNING",
        "healthStatus": "HEALTHY",
        "startedAt": NOW,
        "attachments": [{"details": [{"name": "subnetId", "value": "subnet-1"}, address]}],
    }
    aws.answers("ecs", "list_tasks", {"taskArns": [TASK]}, cluster="cluster", serviceName="web")
    aws.answers("ecs", "describe_tasks", {"tasks": [pending, running]}, cluster="cluster", tasks=[TASK])
    assert Ecs(connected()).tasks("cluster", "web") == [
        Task("0123456789abcdef", "PROVISIONING", "UNKNOWN", REVISION, private_address=None, started_at=None),
        Task("0123456789abcdef", "RUNNING", "HEALTHY", REVISION, private_address="10.0.0.7", started_at=NOW),
    ]


def test_without_tasks_none_is_described(aws: ScriptedAws) -> None:
    aws.answers("ecs", "list_tasks", {"taskArns": []}, cluster="cluster", serviceName="web")
    assert Ecs(connected()).tasks("cluster", "web") == []


def test_a_target_takes_the_place_of_one_at_another_port_of_its_address(aws: ScriptedAws) -> None:
    aws.answers("elbv2", "deregister_targets", {}, TargetGroupArn="targets", Targets=[{"Id": "10.0.0.7"}])
    aws.answers(
        "elbv2",
        "register_targets",
        {},
        TargetGroupArn="targets",
        Targets=[{"Id": "10.0.0.7", "Port": 8000}],
    )
    ElasticLoadBalancing(connected()).register("targets", "10.0.0.7", 8000)
