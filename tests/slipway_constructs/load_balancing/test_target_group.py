"""How the load balancer sees a task come and go, and how long a rollout waits for that."""

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template

from benchmark.rollout import seconds_of_a_rollout
from slipway_constructs.load_balancing.target_group import target_group
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only
from tests.slipway_constructs.load_balancing.balancing import TARGETS, attributes, some_targets


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    target_group(stack, "Targets", vpc=existing_vpc(stack), target_port=8000, health_path="/health/ready")
    return stack


def test_a_task_is_healthy_when_it_says_200_on_the_health_path(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        TARGETS,
        {
            "TargetType": "ip",
            "Port": 8000,
            "Protocol": "HTTP",
            "HealthCheckPath": "/health/ready",
            "Matcher": {"HttpCode": "200"},
            "HealthCheckIntervalSeconds": 5,
            "HealthCheckTimeoutSeconds": 3,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 2,
        },
    )


def test_a_check_gives_up_before_the_next_one_begins(stack: Stack) -> None:
    targets = only(stack, TARGETS)
    assert targets["HealthCheckTimeoutSeconds"] < targets["HealthCheckIntervalSeconds"]


def test_a_rollout_waits_at_most_30_seconds_for_the_load_balancer(stack: Stack) -> None:
    assert seconds_of_a_rollout(only(stack, TARGETS)) <= 30


def test_with_the_defaults_of_aws_it_would_wait_450_seconds() -> None:
    stack = new_stack()
    some_targets(stack, existing_vpc(stack), "Targets")
    assert seconds_of_a_rollout(only(stack, TARGETS)) == 450


def test_requests_of_one_client_go_to_any_task(stack: Stack) -> None:
    assert attributes(only(stack, TARGETS), "TargetGroupAttributes")["stickiness.enabled"] == "false"
