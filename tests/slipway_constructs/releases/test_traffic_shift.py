"""Shifting traffic: between which groups, by which rules, and what ECS may do for it."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from slipway_constructs.releases.traffic_shift import TrafficShift
from tests.conftest import resources
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, some_service, template_of

GROUP, RULE = "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ElasticLoadBalancingV2::ListenerRule"


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    balancer = elbv2.ApplicationLoadBalancer(stack, "LoadBalancer", vpc=vpc)
    groups = [
        elbv2.ApplicationTargetGroup(stack, name, vpc=vpc, port=8000, target_type=elbv2.TargetType.IP)
        for name in ("Targets", "Alternate")
    ]
    rules = []
    for port in (80, 9001):
        listener = balancer.add_listener(
            f"On{port}",
            port=port,
            protocol=elbv2.ApplicationProtocol.HTTP,
            open=False,
            default_target_groups=[groups[0]],
        )
        rule = elbv2.ApplicationListenerRule(
            stack,
            f"Rule{port}",
            listener=listener,
            priority=100,
            conditions=[elbv2.ListenerCondition.path_patterns(["/*"])],
            target_groups=groups,
        )
        rules.append(rule)
    service = some_service(stack, vpc)
    container = service.task_definition.default_container
    assert container is not None
    TrafficShift(
        stack,
        "TrafficShift",
        service=service,
        container=container,
        targets=groups[0],
        alternate_targets=groups[1],
        production_rule=rules[0],
        test_rule=rules[1],
    )
    return stack


def named(stack: Stack, beginning: str) -> dict[str, str]:
    """`Ref` of the one resource whose logical id begins so."""
    (found,) = [name for name in template_of(stack)["Resources"] if name.startswith(beginning)]
    return {"Ref": found}


def test_ecs_turns_both_rules_from_one_group_to_the_other(stack: Stack) -> None:
    (balancer,) = only(stack, "AWS::ECS::Service")["LoadBalancers"]
    assert balancer["TargetGroupArn"] == named(stack, "Targets")
    assert balancer["AdvancedConfiguration"]["AlternateTargetGroupArn"] == named(stack, "Alternate")
    assert balancer["AdvancedConfiguration"]["ProductionListenerRule"] == named(stack, "Rule80")
    assert balancer["AdvancedConfiguration"]["TestListenerRule"] == named(stack, "Rule9001")


def test_ecs_may_change_just_these_rules_and_targets(stack: Stack) -> None:
    allowed: dict[str, Any] = {}
    for statement in only_policy_of_the_shift(stack)["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        allowed |= {action.removeprefix("elasticloadbalancing:"): statement["Resource"] for action in actions}
    assert in_any_order(allowed.pop("ModifyRule")) == in_any_order([named(stack, "Rule80"), named(stack, "Rule9001")])
    for action in ("RegisterTargets", "DeregisterTargets"):
        both = [named(stack, "Targets"), named(stack, "Alternate")]
        assert in_any_order(allowed.pop(action)) == in_any_order(both)
    assert all(action.startswith("Describe") for action in allowed)


def test_only_ecs_takes_the_role_on(stack: Stack) -> None:
    (balancer,) = only(stack, "AWS::ECS::Service")["LoadBalancers"]
    role = template_of(stack)["Resources"][balancer["AdvancedConfiguration"]["RoleArn"]["Fn::GetAtt"][0]]
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs.amazonaws.com"}
    assert statement["Effect"] == "Allow"


def test_the_service_starts_after_the_role_may_do_its_work(stack: Stack) -> None:
    (service,) = [each for each in template_of(stack)["Resources"].values() if each["Type"] == "AWS::ECS::Service"]
    needed = [name for name in service["DependsOn"] if name.startswith("TrafficShiftRole")]
    assert len(needed) == 2  # the role and its policy


def only_policy_of_the_shift(stack: Stack) -> dict[str, Any]:
    (policy,) = [
        each
        for each in resources(template_of(stack), "AWS::IAM::Policy")
        if "elasticloadbalancing:ModifyRule" in str(each)
    ]
    return policy


def in_any_order(references: list[dict[str, str]]) -> list[str]:
    return sorted(each["Ref"] for each in references)
