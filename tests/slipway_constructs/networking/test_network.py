"""Where tasks go, and how they reach the internet from there."""

from collections import Counter
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from slipway_constructs.networking.network import FlowLogs, Network
from tests.conftest import resources
from tests.slipway_constructs.conftest import ZONES, new_stack, template_of

PUBLIC = (ec2.SubnetType.PUBLIC, 0)
ONE_GATEWAY = (ec2.SubnetType.PRIVATE_WITH_EGRESS, 1)
GATEWAY_PER_ZONE = (ec2.SubnetType.PRIVATE_WITH_EGRESS, len(ZONES))
ISOLATED = (ec2.SubnetType.PRIVATE_ISOLATED, 0)
KINDS = [PUBLIC, ONE_GATEWAY, GATEWAY_PER_ZONE, ISOLATED]
PRIVATE_KINDS = KINDS[1:]

Kind = tuple[ec2.SubnetType, int]


def network_in(stack: Stack, kind: Kind) -> Network:
    subnet_type, nat_gateways = kind
    return Network(
        stack,
        "Network",
        cidr="10.7.0.0/20",
        availability_zones=ZONES,
        task_subnet_type=subnet_type,
        nat_gateways=nat_gateways,
    )


def subnets_of(stack: Stack, network: Network, selection: ec2.SubnetSelection) -> dict[str, dict[str, Any]]:
    """Properties of the chosen subnets, by logical id."""
    chosen = network.vpc.select_subnets(subnet_type=selection.subnet_type)
    ids = [each["Ref"] for each in stack.resolve(chosen.subnet_ids)]
    return {each: template_of(stack)["Resources"][each]["Properties"] for each in ids}


def subnets_of_tasks(stack: Stack, network: Network) -> dict[str, dict[str, Any]]:
    return subnets_of(stack, network, network.task_subnets)


def routes(template: dict[str, Any], subnet: str) -> list[dict[str, Any]]:
    """The routes of that subnet, beside the one within the VPC."""
    (table,) = [
        each["RouteTableId"]
        for each in resources(template, "AWS::EC2::SubnetRouteTableAssociation")
        if each["SubnetId"] == {"Ref": subnet}
    ]
    return [each for each in resources(template, "AWS::EC2::Route") if each["RouteTableId"] == table]


def way_out(template: dict[str, Any], subnet: str) -> dict[str, Any]:
    """The route of that subnet to the internet."""
    (route,) = routes(template, subnet)
    assert route["DestinationCidrBlock"] == "0.0.0.0/0"
    return route


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_as_many_nat_gateways_as_asked_for(kind: Kind) -> None:
    stack = new_stack()
    network_in(stack, kind)
    Template.from_stack(stack).resource_count_is("AWS::EC2::NatGateway", kind[1])


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_have_a_subnet_in_every_zone(kind: Kind) -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, kind))
    assert sorted(each["AvailabilityZone"] for each in subnets.values()) == list(ZONES)


def test_without_a_nat_gateway_tasks_are_in_public_subnets_and_there_are_no_others() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, PUBLIC))
    template = template_of(stack)
    assert all("GatewayId" in way_out(template, subnet) for subnet in subnets)
    assert len(resources(template, "AWS::EC2::Subnet")) == len(subnets)


def test_isolated_tasks_have_no_way_out() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, ISOLATED))
    assert [routes(template_of(stack), subnet) for subnet in subnets] == [[], []]


def test_with_one_nat_gateway_all_tasks_share_it() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, ONE_GATEWAY))
    ways = [way_out(template_of(stack), subnet)["NatGatewayId"]["Ref"] for subnet in subnets]
    assert len(ways) == len(ZONES)
    assert len(set(ways)) == 1


def test_with_a_nat_gateway_in_each_zone_no_traffic_leaves_its_zone() -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, GATEWAY_PER_ZONE))
    template = template_of(stack)
    for subnet, properties in subnets.items():
        gateway = template["Resources"][way_out(template, subnet)["NatGatewayId"]["Ref"]]["Properties"]
        at = template["Resources"][gateway["SubnetId"]["Ref"]]["Properties"]
        assert at["AvailabilityZone"] == properties["AvailabilityZone"]


@pytest.mark.parametrize("kind", PRIVATE_KINDS)
def test_nothing_in_a_private_subnet_gets_a_public_address(kind: Kind) -> None:
    stack = new_stack()
    subnets = subnets_of_tasks(stack, network_in(stack, kind))
    assert [each["MapPublicIpOnLaunch"] for each in subnets.values()] == [False, False]


@pytest.mark.parametrize("kind", KINDS)
def test_the_load_balancer_has_a_public_subnet_in_every_zone(kind: Kind) -> None:
    stack = new_stack()
    network = network_in(stack, kind)
    subnets = subnets_of(stack, network, network.public_subnets)
    assert sorted(each["AvailabilityZone"] for each in subnets.values()) == list(ZONES)
    assert all("GatewayId" in way_out(template_of(stack), subnet) for subnet in subnets)


@pytest.mark.parametrize(("kind", "other"), list(combinations(PRIVATE_KINDS, 2)))
def test_private_subnets_stay_where_they_are_when_their_way_out_changes(kind: Kind, other: Kind) -> None:
    def places(kind: Kind) -> dict[str, str]:
        stack = new_stack()
        subnets = subnets_of_tasks(stack, network_in(stack, kind))
        return {name: each["CidrBlock"] for name, each in subnets.items()}

    assert places(kind) == places(other)


@pytest.mark.parametrize(
    "kind",
    [(ec2.SubnetType.PUBLIC, 1), (ec2.SubnetType.PRIVATE_ISOLATED, 2), (ec2.SubnetType.PRIVATE_WITH_EGRESS, 0)],
)
def test_nat_gateways_that_nobody_uses_or_that_are_missing_are_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match=rf"^{kind[0].name} subnets do not go with {kind[1]} NAT gateways$"):
        network_in(new_stack(), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_subnets_lie_in_the_range_and_do_not_overlap(kind: Kind) -> None:
    stack = new_stack()
    network_in(stack, kind)
    template = template_of(stack)
    (vpc,) = resources(template, "AWS::EC2::VPC")
    assert vpc["CidrBlock"] == "10.7.0.0/20"
    subnets = resources(template, "AWS::EC2::Subnet")
    ranges = [IPv4Network(each["CidrBlock"]) for each in subnets]
    assert all(each.subnet_of(IPv4Network("10.7.0.0/20")) for each in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))
    assert set(Counter(each["AvailabilityZone"] for each in subnets)) == set(ZONES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_security_group_lets_nothing_through(kind: Kind) -> None:
    stack = new_stack()
    network_in(stack, kind)
    Template.from_stack(stack).resource_count_is("Custom::VpcRestrictDefaultSG", 1)


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_flow_logs_hold_accepted_and_rejected_traffic_as_long_as_they_are_told(
    policy: RemovalPolicy, rendered: str
) -> None:
    stack = new_stack()
    vpc = network_in(stack, PUBLIC).vpc
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
