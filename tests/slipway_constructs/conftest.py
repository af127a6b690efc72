"""A bare stack for one construct, with the feature flags of the app but without cdk-nag, and what constructs need."""

from typing import Any

from aws_cdk import Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk.assertions import Template

import app as application
from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.target_metrics import TargetMetrics
from tests.conftest import resources

TEXT = AlarmText("web", "https://example.com/runbook.md")
ACCOUNT, REGION = "111111111111", "eu-central-1"
ZONES = ("eu-central-1a", "eu-central-1b")
PUBLIC_SUBNETS = ("subnet-0000000000000000a", "subnet-0000000000000000b")
PRIVATE_SUBNETS = ("subnet-1000000000000000a", "subnet-1000000000000000b")


def new_stack() -> Stack:
    return Stack(application.new_app(), "Stack", env=Environment(account=ACCOUNT, region=REGION))


def template_of(stack: Stack) -> dict[str, Any]:
    return dict(Template.from_stack(stack).to_json())


def only(stack: Stack, type_name: str) -> dict[str, Any]:
    """The properties of the one resource of that type."""
    (found,) = resources(template_of(stack), type_name)
    return found


def existing_vpc(stack: Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-00000000000000000",
        availability_zones=list(ZONES),
        public_subnet_ids=list(PUBLIC_SUBNETS),
        public_subnet_route_table_ids=["rtb-00000000000000000"] * 2,
        private_subnet_ids=list(PRIVATE_SUBNETS),
        private_subnet_route_table_ids=["rtb-10000000000000000"] * 2,
    )


def some_metrics(stack: Stack, vpc: ec2.IVpc) -> TargetMetrics:
    """Those of a load balancer and a target group without any setting."""
    return TargetMetrics(
        elbv2.ApplicationLoadBalancer(stack, "LoadBalancer", vpc=vpc),
        elbv2.ApplicationTargetGroup(stack, "Targets", vpc=vpc, port=8000, target_type=elbv2.TargetType.IP),
    )


def some_targets(stack: Stack, vpc: ec2.IVpc) -> elbv2.ApplicationTargetGroup:
    """A target group behind the listener of a load balancer."""
    targets = elbv2.ApplicationTargetGroup(stack, "Targets", vpc=vpc, port=8000, target_type=elbv2.TargetType.IP)
    elbv2.ApplicationLoadBalancer(stack, "LoadBalancer", vpc=vpc).add_listener(
        "Listener", port=80, default_target_groups=[targets]
    )
    return targets


def some_service(stack: Stack, vpc: ec2.IVpc) -> ecs.FargateService:
    """A service with as few settings as CDK has no warning for."""
    task_definition = ecs.FargateTaskDefinition(stack, "TaskDefinition")
    task_definition.add_container(
        "Container",
        image=ecs.ContainerImage.from_registry("example"),
        port_mappings=[ecs.PortMapping(container_port=8000)],
    )
    return ecs.FargateService(
        stack,
        "Service",
        cluster=ecs.Cluster(stack, "Cluster", vpc=vpc),
        task_definition=task_definition,
        circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
        min_healthy_percent=100,
    )


def reference(stack: Stack, resource_type: str, *, nth: int = 0) -> dict[str, str]:
    """`Ref` of the nth resource of that type, in the order of the template."""
    found = [name for name, each in template_of(stack)["Resources"].items() if each["Type"] == resource_type]
    return {"Ref": found[nth]}
