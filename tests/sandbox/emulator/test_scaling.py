"""Application Auto Scaling: targets, policies and scheduled actions of templates, read back and changed by its API."""

from collections.abc import Callable
from typing import Any

import pytest

TARGET = {
    "ResourceId": "service/main/web",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ServiceNamespace": "ecs",
}
NIGHT = {
    "ScheduledActionName": "night",
    "Schedule": "cron(0 20 ? * MON-FRI *)",
    "Timezone": "Europe/Berlin",
    "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": "0"},
}
MORNING = {
    "ScheduledActionName": "morning",
    "Schedule": "cron(0 6 ? * MON-FRI *)",
    "Timezone": "Europe/Berlin",
    "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 4},
}


def resources(least: int, most: int, *actions: dict[str, Any], cpu: int | None = 60) -> dict[str, Any]:
    """Return a service with its scaling; without a percentage of CPU it has no policy."""
    container = {"Name": "web", "Image": "web:1"}
    task = {"Family": "web", "Cpu": "256", "Memory": "512", "ContainerDefinitions": [container]}
    service = {"ServiceName": "web", "Cluster": {"Ref": "Cluster"}, "TaskDefinition": {"Ref": "Task"}}
    tracking = {
        "TargetValue": cpu,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "ScaleInCooldown": "300",
    }
    policy = {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": {"Ref": "Target"},
            "TargetTrackingScalingPolicyConfiguration": tracking,
        },
    }
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "main"}},
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        "Service": {"Type": "AWS::ECS::Service", "Properties": service},
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "DependsOn": "Service",
            "Properties": {**TARGET, "MinCapacity": str(least), "MaxCapacity": most, "ScheduledActions": [*actions]},
        },
        **({"Policy": policy} if cpu else {}),
    }


@pytest.fixture
def scaling(aws: Callable[[str], Any]) -> Any:
    return aws("application-autoscaling")


@pytest.fixture
def desired(aws: Callable[[str], Any]) -> Callable[[], int]:
    def count() -> int:
        found: int = aws("ecs").describe_services(cluster="main", services=["web"])["services"][0]["desiredCount"]
        return found

    return count


def bounds(scaling: Any) -> tuple[int, int]:
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/main/web"])[
        "ScalableTargets"
    ]
    return target["MinCapacity"], target["MaxCapacity"]


def test_a_scalable_target_brings_the_service_between_its_bounds(
    scaling: Any, stacks: Any, desired: Callable[[], int]
) -> None:
    stacks.deploy(resources(3, 5))
    assert (bounds(scaling), desired()) == ((3, 5), 3)
    assert stacks.reference("Target") == "service/main/web|ecs:service:DesiredCount|ecs"
    stacks.deploy(resources(1, 2))
    assert (bounds(scaling), desired()) == ((1, 2), 2)
    stacks.deploy(resources(1, 4))
    assert (bounds(scaling), desired()) == ((1, 4), 2)
    stacks.delete()
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


def test_the_bounds_can_be_changed_by_the_api_and_survive_a_deployment(
    scaling: Any, stacks: Any, desired: Callable[[], int]
) -> None:
    stacks.deploy(resources(1, 4))
    scaling.register_scalable_target(**TARGET, MinCapacity=3)
    assert (bounds(scaling), desired()) == ((3, 4), 3)
    stacks.deploy(resources(1, 4, cpu=70))
    assert (bounds(scaling), desired()) == ((3, 4), 3)
    with pytest.raises(scaling.exceptions.ValidationException, match="Maximum capacity cannot be less"):
        scaling.register_scalable_target(**TARGET, MinCapacity=9)


def test_scheduled_actions_come_change_and_go(scaling: Any, stacks: Any) -> None:
    def actions() -> dict[str, tuple[str, str, dict[str, int]]]:
        found = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
        return {
            each["ScheduledActionName"]: (each["Schedule"], each["Timezone"], each["ScalableTargetAction"])
            for each in found
        }

    night = ("cron(0 20 ? * MON-FRI *)", "Europe/Berlin", {"MinCapacity": 0, "MaxCapacity": 0})
    stacks.deploy(resources(1, 4, NIGHT, MORNING))
    assert actions() == {
        "night": night,
        "morning": ("cron(0 6 ? * MON-FRI *)", "Europe/Berlin", {"MinCapacity": 1, "MaxCapacity": 4}),
    }
    stacks.deploy(resources(1, 4, NIGHT))
    assert actions() == {"night": night}
    stacks.deploy(resources(1, 4, {**NIGHT, "Schedule": "cron(0 21 ? * MON-FRI *)"}))
    assert actions()["night"][0] == "cron(0 21 ? * MON-FRI *)"
    stacks.delete()
    assert actions() == {}


def test_a_policy_is_described_changed_and_deleted(scaling: Any, stacks: Any) -> None:
    def policies() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        return found

    stacks.deploy(resources(1, 4), Outputs={"Arn": {"Value": {"Fn::GetAtt": ["Policy", "Arn"]}}})
    (policy,) = policies()
    assert policy["PolicyARN"] == stacks.reference("Policy")
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "ScaleInCooldown": 300,
    }
    stacks.deploy(resources(1, 4, cpu=75))
    (changed,) = policies()
    assert changed["PolicyARN"] == policy["PolicyARN"]
    assert changed["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 75
    stacks.deploy(resources(1, 4, cpu=None))
    assert policies() == []


@pytest.mark.parametrize(
    "configuration",
    [
        {
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "Cooldown": 60,
                "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
            },
        },
        {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 600.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ALBRequestCountPerTarget",
                    "ResourceLabel": "app/web/0123456789abcdef/targetgroup/web/0123456789abcdef",
                },
            },
        },
    ],
    ids=["steps", "requests"],
)
def test_policies_of_every_kind_are_kept(scaling: Any, stacks: Any, configuration: dict[str, Any]) -> None:
    template = resources(1, 4)
    kept = {"PolicyName": "cpu", "ScalingTargetId": {"Ref": "Target"}, **configuration}
    stacks.deploy({**template, "Policy": {**template["Policy"], "Properties": kept}})
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert configuration.items() <= policy.items()


def test_what_has_no_target_is_refused(scaling: Any) -> None:
    requests: list[Callable[[], Any]] = [
        lambda: scaling.deregister_scalable_target(**TARGET),
        lambda: scaling.put_scaling_policy(**TARGET, PolicyName="cpu", PolicyType="TargetTrackingScaling"),
        lambda: scaling.delete_scheduled_action(**TARGET, ScheduledActionName="night"),
    ]
    for refused in requests:
        with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="service/main/web"):
            refused()
    with pytest.raises(scaling.exceptions.ValidationException, match="needs MinCapacity and MaxCapacity"):
        scaling.register_scalable_target(**TARGET, MinCapacity=1)
    assert scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"] == []
