"""The options of a service that its template can have: what is kept of them, and which of them start a deployment."""

from collections.abc import Callable
from typing import Any

import pytest

BREAKER = {"Enable": True, "Rollback": True, "ResetOnHealthyTask": False}
ROLLING = {
    "MaximumPercent": 200,
    "MinimumHealthyPercent": 100,
    "Strategy": "ROLLING",
    "BakeTimeInMinutes": 5,
    "Alarms": {"AlarmNames": ["errors", "latency"], "Enable": True, "Rollback": True},
    "DeploymentCircuitBreaker": {**BREAKER, "ThresholdConfiguration": {"Type": "COUNT", "Value": 3}},
}


def capacity(spot: int) -> list[dict[str, Any]]:
    return [
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 100 - spot},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": spot},
    ]


def group() -> dict[str, Any]:
    properties = {"Port": 8000, "Protocol": "HTTP", "TargetType": "ip", "VpcId": "vpc-1"}
    return {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}


def resources(*, storage: int = 30, **options: Any) -> dict[str, Any]:
    container = {"Name": "web", "Image": "web:1", "PortMappings": [{"ContainerPort": 8000}]}
    providers = {"Cluster": {"Ref": "Cluster"}, "CapacityProviders": ["FARGATE", "FARGATE_SPOT"]}
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "main"}},
        "Providers": {
            "Type": "AWS::ECS::ClusterCapacityProviderAssociations",
            "Properties": {**providers, "DefaultCapacityProviderStrategy": []},
        },
        "Blue": group(),
        "Green": group(),
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "web",
                "Cpu": "256",
                "Memory": "512",
                "NetworkMode": "awsvpc",
                "RequiresCompatibilities": ["FARGATE"],
                "ContainerDefinitions": [container],
                "EphemeralStorage": {"SizeInGiB": storage},
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "DependsOn": "Providers",
            "Properties": {
                "ServiceName": "web",
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": "Task"},
                "DesiredCount": 2,
                "CapacityProviderStrategy": capacity(0),
                "DeploymentConfiguration": ROLLING,
                "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
                **options,
            },
        },
    }


@pytest.fixture
def service(aws: Callable[[str], Any]) -> Callable[[], dict[str, Any]]:
    def described() -> dict[str, Any]:
        found: dict[str, Any] = aws("ecs").describe_services(cluster="main", services=["web"])["services"][0]
        return found

    return described


def test_a_deployment_configuration_is_kept_and_changes_in_place(
    stacks: Any, service: Callable[[], dict[str, Any]]
) -> None:
    stacks.deploy(resources())
    (before,) = service()["deployments"]
    assert service()["deploymentConfiguration"] == {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 5,
        "alarms": {"alarmNames": ["errors", "latency"], "enable": True, "rollback": True},
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "resetOnHealthyTask": False,
            "thresholdConfiguration": {"type": "COUNT", "value": 3},
        },
    }
    threshold = {**BREAKER, "ThresholdConfiguration": {"Type": "COUNT", "Value": 4}}
    without_alarms = {name: value for name, value in ROLLING.items() if name != "Alarms"}
    changed = {**without_alarms, "BakeTimeInMinutes": 0, "DeploymentCircuitBreaker": threshold}
    stacks.deploy(resources(DeploymentConfiguration=changed))
    kept = service()["deploymentConfiguration"]
    assert (kept["bakeTimeInMinutes"], "alarms" in kept) == (0, False)
    assert kept["deploymentCircuitBreaker"]["thresholdConfiguration"]["value"] == 4
    assert [deployment["id"] for deployment in service()["deployments"]] == [before["id"]]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("CapacityProviderStrategy", capacity(60)),
        ("NetworkConfiguration", {"AwsvpcConfiguration": {"Subnets": ["subnet-2"]}}),
        ("PlatformVersion", "1.4.0"),
        ("LoadBalancers", [{"ContainerName": "web", "ContainerPort": 8000, "TargetGroupArn": {"Ref": "Blue"}}]),
    ],
)
def test_what_tasks_are_placed_with_starts_a_deployment(
    stacks: Any, service: Callable[[], dict[str, Any]], option: str, value: Any
) -> None:
    stacks.deploy(resources())
    before = service()["currentServiceDeployment"]
    stacks.deploy(resources(**{option: value}))
    (deployment,) = service()["deployments"]
    assert service()["currentServiceDeployment"] != before
    assert deployment["rolloutState"] == "COMPLETED"
    stacks.deploy(resources(**{option: value, "HealthCheckGracePeriodSeconds": 9}))
    assert [each["id"] for each in service()["deployments"]] == [deployment["id"]]


def test_capacity_providers_and_storage_are_those_of_the_tasks(
    aws: Callable[[str], Any], stacks: Any, service: Callable[[], dict[str, Any]]
) -> None:
    def tasks() -> list[dict[str, Any]]:
        arns = aws("ecs").list_tasks(cluster="main")["taskArns"]
        found: list[dict[str, Any]] = aws("ecs").describe_tasks(cluster="main", tasks=arns)["tasks"]
        return found

    only_spot = [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    stacks.deploy(resources(storage=21, CapacityProviderStrategy=only_spot))
    (deployment,) = service()["deployments"]
    assert [each["capacityProvider"] for each in deployment["capacityProviderStrategy"]] == ["FARGATE_SPOT"]
    assert {task["capacityProviderName"] for task in tasks()} == {"FARGATE_SPOT"}
    assert {task["ephemeralStorage"]["sizeInGiB"] for task in tasks()} == {21}

    stacks.deploy(resources(storage=200))
    (deployment,) = service()["deployments"]
    assert [each["weight"] for each in deployment["capacityProviderStrategy"]] == [100, 0]
    assert {task["capacityProviderName"] for task in tasks()} == {"FARGATE"}
    assert {task["ephemeralStorage"]["sizeInGiB"] for task in tasks()} == {200}


def test_rebalancing_is_on_unless_a_template_says_otherwise(stacks: Any, service: Callable[[], dict[str, Any]]) -> None:
    stacks.deploy(resources())
    assert service()["availabilityZoneRebalancing"] == "ENABLED"
    stacks.deploy(resources(AvailabilityZoneRebalancing="DISABLED"))
    assert service()["availabilityZoneRebalancing"] == "DISABLED"


@pytest.mark.parametrize(
    ("strategy", "steps"),
    [
        ("BLUE_GREEN", {}),
        ("CANARY", {"CanaryConfiguration": {"CanaryPercent": 5.0, "CanaryBakeTimeInMinutes": 10}}),
        ("LINEAR", {"LinearConfiguration": {"StepPercent": 10.0, "StepBakeTimeInMinutes": 6}}),
    ],
)
def test_a_strategy_that_shifts_traffic_is_kept_and_carried_out_as_a_rolling_one(
    stacks: Any, service: Callable[[], dict[str, Any]], strategy: str, steps: dict[str, Any]
) -> None:
    pause = {"TargetType": "PAUSE", "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}
    timeout = {"TimeoutConfiguration": {"TimeoutInMinutes": 1440, "Action": "ROLLBACK"}}
    hook = {
        "HookTargetArn": "arn:aws:lambda:eu-west-1:412345678901:function:check",
        "RoleArn": "arn:aws:iam::412345678901:role/hook",
        "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
    }
    advanced = {
        "AlternateTargetGroupArn": {"Ref": "Green"},
        "ProductionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:412345678901:listener-rule/production",
        "TestListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:412345678901:listener-rule/test",
        "RoleArn": "arn:aws:iam::412345678901:role/shift",
    }
    balanced = {"ContainerName": "web", "ContainerPort": 8000, "TargetGroupArn": {"Ref": "Blue"}}
    configuration = {
        "Strategy": strategy,
        "BakeTimeInMinutes": 5,
        **steps,
        "LifecycleHooks": [hook, {**pause, **timeout}],
    }
    options: dict[str, Any] = {
        "DeploymentConfiguration": configuration,
        "LoadBalancers": [{**balanced, "AdvancedConfiguration": advanced}],
    }
    stacks.deploy(resources(**options))
    kept = service()["deploymentConfiguration"]
    assert kept["strategy"] == strategy
    assert [each.get("targetType") for each in kept["lifecycleHooks"]] == [None, "PAUSE"]
    (balancer,) = service()["loadBalancers"]
    assert balancer["advancedConfiguration"]["alternateTargetGroupArn"] == stacks.reference("Green")

    stacks.deploy(resources(storage=40, **options))
    assert [each["rolloutState"] for each in service()["deployments"]] == ["COMPLETED"]
    stacks.deploy(resources())
    assert service()["loadBalancers"] == []


def test_a_command_in_a_container_is_left_to_the_engine(aws: Callable[[str], Any], stacks: Any) -> None:
    ecs = aws("ecs")

    def task() -> str:
        (arn,) = ecs.list_tasks(cluster="main")["taskArns"]
        return str(arn)

    stacks.deploy(resources(DesiredCount=1))
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="execute command was not enabled"):
        ecs.execute_command(cluster="main", task=task(), command="sh", interactive=True)
    stacks.deploy(resources(storage=40, DesiredCount=1, EnableExecuteCommand=True))
    instead = f"docker exec -it ministack-ecs-{task().rpartition('/')[2][:8]}-web sh$"
    with pytest.raises(ecs.exceptions.TargetNotConnectedException, match=instead):
        ecs.execute_command(cluster="main", task=task(), command="sh", interactive=True)
