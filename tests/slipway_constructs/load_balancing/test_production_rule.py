"""The rule by which ECS moves production traffic from one target group to the other."""

import pytest
from aws_cdk import Stack
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from slipway_constructs.load_balancing.production_rule import ProductionRule
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, reference
from tests.slipway_constructs.load_balancing.balancing import LISTENER, RULE, TARGETS, some_load_balancer, some_targets


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    targets, alternate_targets = some_targets(stack, vpc, "Targets"), some_targets(stack, vpc, "Alternate")
    listener = some_load_balancer(stack, vpc).add_listener(
        "Http", protocol=elbv2.ApplicationProtocol.HTTP, default_target_groups=[targets]
    )
    ProductionRule(stack, "ProductionRule", listener=listener, targets=targets, alternate_targets=alternate_targets)
    return stack


def test_all_traffic_begins_at_the_targets_and_none_at_the_alternate_ones(stack: Stack) -> None:
    (action,) = only(stack, RULE)["Actions"]
    assert action["Type"] == "forward"
    assert action["ForwardConfig"]["TargetGroups"] == [
        {"TargetGroupArn": reference(stack, TARGETS), "Weight": 100},
        {"TargetGroupArn": reference(stack, TARGETS, nth=1), "Weight": 0},
    ]


def test_a_client_is_not_kept_at_the_group_that_it_was_at(stack: Stack) -> None:
    (action,) = only(stack, RULE)["Actions"]
    assert "TargetGroupStickinessConfig" not in action["ForwardConfig"]


def test_it_stands_before_the_default_action_of_the_listener_for_every_path(stack: Stack) -> None:
    rule = only(stack, RULE)
    assert rule["ListenerArn"] == reference(stack, LISTENER)
    assert rule["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]


def test_rules_that_keep_requests_away_from_tasks_have_room_before_it(stack: Stack) -> None:
    assert only(stack, RULE)["Priority"] == 100
