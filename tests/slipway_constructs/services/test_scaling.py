"""How many tasks run."""

from typing import Any

import pytest
from aws_cdk import Stack

from slipway_constructs.services.scaling import RequestScaling, ScheduledBounds, TaskScaling
from tests.conftest import resources
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, some_service, some_targets, template_of

TARGET, POLICY = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"
NIGHT = ScheduledBounds("night", "0 20 ? * MON-FRI *", "Europe/Berlin", min_tasks=0, max_tasks=0)


def stack_with(**changes: Any) -> Stack:
    stack = new_stack()
    arguments: dict[str, Any] = {
        "service": some_service(stack, existing_vpc(stack)),
        "min_tasks": 2,
        "max_tasks": 7,
        "cpu_percent": 60,
        "memory_percent": 75,
        "schedules": [],
    }
    TaskScaling(stack, "Scaling", **(arguments | changes))
    return stack


def policies(stack: Stack) -> dict[str, dict[str, Any]]:
    """Target tracking by what it follows."""
    found = [each["TargetTrackingScalingPolicyConfiguration"] for each in resources(template_of(stack), POLICY)]
    return {each["PredefinedMetricSpecification"]["PredefinedMetricType"]: each for each in found}


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stack_with()


def test_the_number_of_tasks_stays_within_its_bounds(stack: Stack) -> None:
    target = only(stack, TARGET)
    assert (target["MinCapacity"], target["MaxCapacity"], target["ScalableDimension"]) == (
        *(2, 7),
        "ecs:service:DesiredCount",
    )


def test_it_follows_cpu_and_memory_and_leaves_room_for_a_lost_zone(stack: Stack) -> None:
    targets = {metric: policy["TargetValue"] for metric, policy in policies(stack).items()}
    assert targets == {"ECSServiceAverageCPUUtilization": 60, "ECSServiceAverageMemoryUtilization": 75}


def test_it_grows_faster_than_it_shrinks(stack: Stack) -> None:
    assert all(each["ScaleOutCooldown"] < each["ScaleInCooldown"] for each in policies(stack).values())


def test_the_targets_can_be_chosen() -> None:
    found = policies(stack_with(cpu_percent=40, memory_percent=50))
    assert [each["TargetValue"] for each in found.values()] == [40, 50]


def test_without_schedules_the_bounds_hold_at_any_time(stack: Stack) -> None:
    assert "ScheduledActions" not in only(stack, TARGET)


def test_a_schedule_changes_the_bounds_in_its_own_time_zone() -> None:
    (action,) = only(stack_with(schedules=[NIGHT]), TARGET)["ScheduledActions"]
    assert action["Schedule"] == "cron(0 20 ? * MON-FRI *)"
    assert action["Timezone"] == "Europe/Berlin"
    assert action["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}


def test_requests_are_followed_only_where_they_are_asked_for() -> None:
    stack = new_stack()
    vpc = existing_vpc(stack)
    targets = some_targets(stack, vpc)
    service = some_service(stack, vpc)
    service.attach_to_application_target_group(targets)
    scaling = TaskScaling(
        *(stack, "Scaling"),
        service=service,
        min_tasks=1,
        max_tasks=4,
        cpu_percent=60,
        memory_percent=75,
        schedules=[],
    )
    assert "ALBRequestCountPerTarget" not in policies(stack_with())
    RequestScaling(stack, "Requests", target=scaling.target, requests_per_task=600, targets=targets)
    assert policies(stack)["ALBRequestCountPerTarget"]["TargetValue"] == 600
