"""Where tasks go, and how they reach the internet from there."""

from collections import Counter
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from slipway_constructs.network import FlowLogs, Network
from tests.conftest import resources
from tests.slipway_constructs.conftest import ZONES, new_stack, template_of

GATEWAYS = [0, 1, len(ZONES)]


def network_in(stack: Stack, nat_gateways: int) -> Network:
    return Network(stack, "Network", cidr="10.7.0.0/20", availability_zones=ZONES, nat_gateways=nat_gateways)


def subnets_of_tasks(stack: Stack, network: Network) -> dict[str, dict[str, Any]]:
    """Properties of the subnets that tasks run in, by logical id."""
    chosen = network.vpc.select_subnets(subnet_type=network.task_subnets.subnet_type)
    ids = [each["Ref"] for each in stack.resolve(chosen.subnet_ids)]
    return {each: template_of(stack)["Resources"][each]["Properties"] for each in ids}


def way_out(template: dict[str, Any], subnet: str) -> dict[str, Any]:
    """The route of that subnet to the internet."""
    (table,) = [
        each["RouteTableId"]
        for each in resources(template, "AWS::EC2::SubnetRouteTableAssociation")
        if each["SubnetId"] == {"Ref": subnet}
    ]
    (route,) = [each for each in resources(template, "AWS::EC2::Route") if each["RouteTableId"] == table]
    assert route["DestinationCidrBlock"] == "0.0.0.0/0"
    return route


@pytest.mark.parametrize("nat_gateways", GATEWAYS)
def test_there_are_as_many_nat_gateways_as_asked_for(nat_gateways: int) -> None:
    stack = new_stack()
    network_in(stack, nat_gateways)
    Template.from_stack(stack).resource_count_is("AWS::EC2::NatGateway", nat_gateways)


@pytest.mark.parametrize("nat_gateways", GATEWAYS)
def test_tasks_have_a_subnet_in_every_zone(nat_gateways: int) -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, nat_gateways))
    assert sorted(each["AvailabilityZone"] for each in subnets.values()) == list(ZONES)


def test_without_a_nat_gateway_tasks_are_in_public_subnets_and_there_are_no_others() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, 0))
    template = template_of(stack)
    assert all("GatewayId" in way_out(template, subnet) for subnet in subnets)
    assert len(resources(template, "AWS::EC2::Subnet")) == len(subnets)


def test_with_one_nat_gateway_all_tasks_share_it() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, 1))
    ways = [way_out(template_of(stack), subnet)["NatGatewayId"]["Ref"] for subnet in subnets]
    assert len(ways) == len(ZONES)
    assert len(set(ways)) == 1


def test_with_a_nat_gateway_in_each_zone_no_traffic_leaves_its_zone() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, len(ZONES)))
    template = template_of(stack)
    for subnet, properties in subnets.items():
        gateway = template["Resources"][way_out(template, subnet)["NatGatewayId"]["Ref"]]["Properties"]
        at = template["Resources"][gateway["SubnetId"]["Ref"]]["Properties"]
        assert at["AvailabilityZone"] == properties["AvailabilityZone"]


@pytest.mark.parametrize("nat_gateways", [1, len(ZONES)])
def test_behind_a_nat_gateway_nothing_gets_a_public_address(nat_gateways: int) -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, nat_gateways))
    assert [each["MapPublicIpOnLaunch"] for each in subnets.values()] == [False, False]


@pytest.mark.parametrize("nat_gateways", GATEWAYS)
def test_subnets_lie_in_the_range_and_do_not_overlap(nat_gateways: int) -> None:
    stack = new_stack()
    network_in(stack, nat_gateways)
    template = template_of(stack)
    (vpc,) = resources(template, "AWS::EC2::VPC")
    assert vpc["CidrBlock"] == "10.7.0.0/20"
    subnets = resources(template, "AWS::EC2::Subnet")
    ranges = [IPv4Network(each["CidrBlock"]) for each in subnets]
    assert all(each.subnet_of(IPv4Network("10.7.0.0/20")) for each in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))
    assert set(Counter(each["AvailabilityZone"] for each in subnets)) == set(ZONES)


def test_the_default_security_group_lets_nothing_through() -> None:
    stack = new_stack()
    network_in(stack, 0)
    Template.from_stack(stack).resource_count_is("Custom::VpcRestrictDefaultSG", 1)


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_flow_logs_hold_accepted_and_rejected_traffic_as_long_as_they_are_told(
    policy: RemovalPolicy, rendered: str
) -> None:
    stack = new_stack()
    vpc = network_in(stack, 0).vpc
    FlowLogs(stack, "FlowLogs", vpc=vpc, retention=logs.RetentionDays.ONE_WEEK, removal_policy=policy)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::EC2::FlowLog",
        {"TrafficType": "ALL", "ResourceType": "VPC", "LogDestinationType": "cloud-watch-logs"},
    )
    template.has_resource(
        "AWS::Logs::LogGroup",
        {"Properties": {"RetentionInDays": 7}, "DeletionPolicy": rendered, "UpdateReplacePolicy": rendered},
    )
