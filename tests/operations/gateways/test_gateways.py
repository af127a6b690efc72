"""What the gateways make of AWS's answers, where `slipway status` does not show it."""

import datetime as dt
from typing import Any

import pytest

from configuration import load
from operations.aws import Aws, connect
from operations.gateways.cloudformation import CloudFormation, StackResource
from operations.gateways.ecr import Ecr
from operations.gateways.ecs import Breaker, Ecs, Task
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing
from operations.gateways.service_deployments import ServiceDeployments
from operations.gateways.ssm import Ssm
from tests.conftest import CONFIGURATION
from tests.operations.answering import AnsweringAws
from tests.operations.scripted_aws import ScriptedAws

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
TASK = "arn:aws:ecs:eu-central-1:111111111111:task/cluster/0123456789abcdef"
REVISION = "arn:aws:ecs:eu-central-1:111111111111:task-definition/web:7"
LISTED: dict[str, Any] = {"cluster": "cluster", "serviceName": "web", "maxResults": 100}


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


def listing(aws: AnsweringAws, *pages: list[int]) -> None:
    """Lets ECS list the deployments of these days, page by page."""

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        number = int(asked.get("nextToken", 0))
        briefs = [
            {"serviceDeploymentArn": f"deployment/{day}", "createdAt": NOW + dt.timedelta(days=day)}
            for day in pages[number]
        ]
        more = {"nextToken": str(number + 1)} if number + 1 < len(pages) else {}
        return {"serviceDeployments": briefs, **more}

    def described(asked: dict[str, Any]) -> dict[str, Any]:
        told = [
            {
                "serviceDeploymentArn": arn,
                "status": "SUCCESSFUL",
                "createdAt": NOW + dt.timedelta(days=int(arn.rpartition("/")[2])),
            }
            for arn in sorted(asked["serviceDeploymentArns"])
        ]
        return {"serviceDeployments": told}

    aws.answer("ListServiceDeployments", listed)
    aws.answer("DescribeServiceDeployments", described)


def test_the_newest_deployments_are_found_on_whichever_page_ecs_lists_them(answering: AnsweringAws) -> None:
    listing(answering, [1, 2], [4, 3])
    newest = ServiceDeployments(connected()).newest("cluster", "web", 2)
    assert [each.arn for each in newest] == ["deployment/4", "deployment/3"]


def test_no_more_pages_are_read_than_needed_where_the_newest_come_first(answering: AnsweringAws) -> None:
    listing(answering, [4, 3], [2, 1])
    newest = ServiceDeployments(connected()).newest("cluster", "web", 1)
    assert [each.arn for each in newest] == ["deployment/4"]
    assert answering.operations().count("ListServiceDeployments") == 1


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
    aws.answers("ecs", "list_tasks", {"taskArns": [TASK]}, **LISTED, desiredStatus="RUNNING")
    aws.answers("ecs", "describe_tasks", {"tasks": [pending, running]}, cluster="cluster", tasks=[TASK])
    assert Ecs(connected()).tasks("cluster", "web") == [
        Task("0123456789abcdef", "PROVISIONING", "UNKNOWN", REVISION, private_address=None, started_at=None),
        Task("0123456789abcdef", "RUNNING", "HEALTHY", REVISION, private_address="10.0.0.7", started_at=NOW),
    ]


def test_without_tasks_none_is_described(aws: ScriptedAws) -> None:
    aws.answers("ecs", "list_tasks", {"taskArns": []}, **LISTED, desiredStatus="RUNNING")
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


def test_a_stopped_task_is_told_with_every_time_of_its_life_and_the_digest_of_its_image(aws: ScriptedAws) -> None:
    minutes = [NOW + dt.timedelta(minutes=minute) for minute in range(6)]
    names = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "stoppedAt")
    stopped = {
        "taskArn": TASK,
        "lastStatus": "STOPPED",
        "taskDefinitionArn": REVISION,
        "containers": [{"name": "proxy", "imageDigest": "sha256:1"}, {"name": "service", "imageDigest": "sha256:2"}],
        **dict(zip(names, minutes, strict=True)),
    }
    aws.answers("ecs", "list_tasks", {"taskArns": [TASK]}, **LISTED, desiredStatus="STOPPED")
    aws.answers("ecs", "describe_tasks", {"tasks": [stopped]}, cluster="cluster", tasks=[TASK])
    (task,) = Ecs(connected()).tasks("cluster", "web", stopped=True)
    assert task.image_digest == "sha256:2"
    assert [task.created_at, task.pull_started_at, task.pull_stopped_at] == minutes[:3]
    assert [task.started_at, task.stopping_at, task.stopped_at] == minutes[3:]


@pytest.mark.parametrize(
    ("configuration", "breaker", "alarms"),
    [
        ({}, None, ()),
        ({"deploymentCircuitBreaker": {"enable": False, "rollback": False}}, None, ()),
        ({"deploymentCircuitBreaker": {"enable": True, "rollback": True}}, Breaker("BOUNDED_PERCENT", 50), ()),
        (
            {
                "deploymentCircuitBreaker": {
                    "enable": True,
                    "rollback": True,
                    "thresholdConfiguration": {"type": "COUNT", "value": 3},
                },
                "alarms": {"enable": True, "rollback": True, "alarmNames": ["Errors"]},
            },
            Breaker("COUNT", 3),
            ("Errors",),
        ),
        ({"alarms": {"enable": False, "rollback": False, "alarmNames": ["Errors"]}}, None, ()),
    ],
)
def test_a_service_tells_what_rolls_its_rollouts_back(
    configuration: dict[str, Any], breaker: Breaker | None, alarms: tuple[str, ...], aws: ScriptedAws
) -> None:
    counts = dict.fromkeys(("desiredCount", "runningCount", "pendingCount"), 0)
    described = {"serviceName": "web", "status": "ACTIVE", "taskDefinition": REVISION, "deployments": [], **counts}
    aws.answers(
        "ecs",
        "describe_services",
        {"services": [described | {"deploymentConfiguration": configuration}]},
        cluster="cluster",
        services=["web"],
    )
    service = Ecs(connected()).service("cluster", "web")
    assert service
    assert (service.breaker, service.alarms) == (breaker, alarms)


def test_a_parameter_that_does_not_exist_has_no_history(aws: ScriptedAws) -> None:
    aws.refuses("ssm", "get_parameter_history", "ParameterNotFound", "")
    assert Ssm(connected()).history("/slipway/dev/release") == []


def test_the_history_of_a_parameter_begins_with_its_first_version(aws: ScriptedAws) -> None:
    versions = [
        {"Version": number, "Value": f"sha-000000{number}", "Description": "ada", "LastModifiedDate": NOW}
        for number in (3, 2, 1)
    ]
    name = {"Name": "/slipway/dev/release"}
    aws.answers("ssm", "get_parameter_history", {"Parameters": versions[:2], "NextToken": "older"}, **name)
    aws.answers("ssm", "get_parameter_history", {"Parameters": versions[2:]}, **name, NextToken="older")
    assert [each.version for each in Ssm(connected()).history("/slipway/dev/release")] == [1, 2, 3]
