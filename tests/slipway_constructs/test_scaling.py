"""How many tasks run."""

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template

from slipway_constructs.scaling import TaskScaling
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, some_service

POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    TaskScaling(stack, "Scaling", service=some_service(stack, existing_vpc(stack)), min_tasks=2, max_tasks=7)
    return stack


def test_the_number_of_tasks_stays_within_its_bounds(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {"MinCapacity": 2, "MaxCapacity": 7, "ScalableDimension": "ecs:service:DesiredCount"},
    )


def test_it_follows_the_average_cpu_and_leaves_room_for_a_lost_zone(stack: Stack) -> None:
    tracking = only(stack, POLICY)["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["PredefinedMetricSpecification"] == {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    assert tracking["TargetValue"] == 60


def test_it_grows_faster_than_it_shrinks(stack: Stack) -> None:
    tracking = only(stack, POLICY)["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["ScaleOutCooldown"] < tracking["ScaleInCooldown"]


def test_the_target_can_be_chosen() -> None:
    stack = new_stack()
    service = some_service(stack, existing_vpc(stack))
    TaskScaling(stack, "Scaling", service=service, min_tasks=1, max_tasks=2, cpu_target_percent=40)
    assert only(stack, POLICY)["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 40
