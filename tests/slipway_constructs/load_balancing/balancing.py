"""What tests of the load balancer's parts share: a bare one, and what its template says."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from tests.slipway_constructs.conftest import ACCOUNT, REGION

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/01234567-89ab-cdef-0123-456789abcdef"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


def some_load_balancer(stack: Stack, vpc: ec2.IVpc) -> elbv2.ApplicationLoadBalancer:
    return elbv2.ApplicationLoadBalancer(stack, "LoadBalancer", vpc=vpc, internet_facing=True)


def some_targets(stack: Stack, vpc: ec2.IVpc, id: str) -> elbv2.ApplicationTargetGroup:
    return elbv2.ApplicationTargetGroup(stack, id, vpc=vpc, port=8000, target_type=elbv2.TargetType.IP)


def attributes(properties: dict[str, Any], key: str) -> dict[str, Any]:
    return {each["Key"]: each["Value"] for each in properties.get(key, [])}
