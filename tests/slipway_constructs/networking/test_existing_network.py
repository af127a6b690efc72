"""A VPC that is only named: taken as it is, with nothing asked of AWS and nothing added."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_sns as sns

from slipway_constructs.networking.existing_network import ExistingNetwork
from tests.slipway_constructs.conftest import (
    PRIVATE_SUBNETS,
    PUBLIC_SUBNETS,
    ZONES,
    new_stack,
    only,
    some_service,
    template_of,
)

VPC_ID = "vpc-0123456789abcdef0"


def network_in(stack: Stack, task_subnet_ids: Sequence[str]) -> ExistingNetwork:
    return ExistingNetwork(
        stack,
        "Network",
        vpc_id=VPC_ID,
        cidr="10.0.0.0/16",
        availability_zones=ZONES,
        public_subnet_ids=PUBLIC_SUBNETS,
        task_subnet_ids=task_subnet_ids,
    )


def chosen(network: ExistingNetwork, selection: ec2.SubnetSelection) -> dict[str, str]:
    """Zone by id, of the chosen subnets."""
    subnets = network.vpc.select_subnets(subnet_type=selection.subnet_type).subnets
    return {each.subnet_id: each.availability_zone for each in subnets}


def test_it_adds_nothing_of_its_own() -> None:
    stack = new_stack()
    sns.Topic(stack, "Other")  # a stack without resources would be refused
    network_in(stack, PRIVATE_SUBNETS)
    assert [each["Type"] for each in template_of(stack)["Resources"].values()] == ["AWS::SNS::Topic"]


def test_it_is_known_without_asking_aws() -> None:
    stack = new_stack()
    network = network_in(stack, PRIVATE_SUBNETS)
    some_service(stack, network.vpc)
    elbv2.ApplicationLoadBalancer(stack, "LoadBalancer", vpc=network.vpc, internet_facing=True)
    app = stack.node.root
    assert isinstance(app, App)
    manifest = json.loads((Path(app.synth().directory) / "manifest.json").read_text(encoding="utf-8"))
    assert "missing" not in manifest
    assert (network.vpc.vpc_id, network.vpc.vpc_cidr_block) == (VPC_ID, "10.0.0.0/16")
    assert network.vpc.availability_zones == list(ZONES)


@pytest.mark.parametrize("task_subnet_ids", [PRIVATE_SUBNETS, PUBLIC_SUBNETS, PUBLIC_SUBNETS[::-1]])
def test_load_balancer_and_tasks_go_where_they_were_told(task_subnet_ids: Sequence[str]) -> None:
    network = network_in(new_stack(), task_subnet_ids)
    assert chosen(network, network.public_subnets) == dict(zip(PUBLIC_SUBNETS, ZONES, strict=True))
    assert set(chosen(network, network.task_subnets)) == set(task_subnet_ids)
    assert sorted(chosen(network, network.task_subnets).values()) == list(ZONES)


def test_a_load_balancer_and_a_service_can_be_built_on_it() -> None:
    stack = new_stack()
    network = network_in(stack, PRIVATE_SUBNETS)
    elbv2.ApplicationLoadBalancer(
        stack, "LoadBalancer", vpc=network.vpc, internet_facing=True, vpc_subnets=network.public_subnets
    )
    ecs.FargateService(
        stack,
        "Service",
        cluster=ecs.Cluster(stack, "Cluster", vpc=network.vpc),
        task_definition=task_definition(stack),
        vpc_subnets=network.task_subnets,
        min_healthy_percent=100,
    )
    assert only(stack, "AWS::ElasticLoadBalancingV2::LoadBalancer")["Subnets"] == list(PUBLIC_SUBNETS)
    placed: dict[str, Any] = only(stack, "AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert placed["Subnets"] == list(PRIVATE_SUBNETS)


def task_definition(stack: Stack) -> ecs.FargateTaskDefinition:
    definition = ecs.FargateTaskDefinition(stack, "TaskDefinition")
    definition.add_container("Container", image=ecs.ContainerImage.from_registry("example"))
    return definition
