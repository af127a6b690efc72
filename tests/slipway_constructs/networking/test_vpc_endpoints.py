"""How isolated tasks reach AWS, and what cannot be reached that way."""

from collections.abc import Collection
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2

from slipway_constructs.networking.network import Network
from slipway_constructs.networking.vpc_endpoints import EndpointService, VpcEndpoints
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, REGION, ZONES, new_stack, only, template_of

ALL = tuple(EndpointService)
SERVICES = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages", "sts", "monitoring", "xray")
CIDR = "10.7.0.0/20"


def isolated_network(stack: Stack) -> Network:
    return Network(
        stack,
        "Network",
        cidr=CIDR,
        availability_zones=ZONES,
        task_subnet_type=ec2.SubnetType.PRIVATE_ISOLATED,
    )


def endpoints_in(
    stack: Stack, services: Collection[EndpointService] = ALL, network: Network | None = None
) -> VpcEndpoints:
    network = network or isolated_network(stack)
    return VpcEndpoints(stack, "Endpoints", vpc=network.vpc, cidr=CIDR, subnets=network.task_subnets, services=services)


def interfaces(stack: Stack) -> dict[str, dict[str, Any]]:
    """Properties of the interface endpoints, by the part of the service's name after the region."""
    found = [each for each in resources(template_of(stack), "AWS::EC2::VPCEndpoint") if "PrivateDnsEnabled" in each]
    assert all(each["VpcEndpointType"] == "Interface" for each in found)
    return {each["ServiceName"].removeprefix(f"com.amazonaws.{REGION}."): each for each in found}


def gateway(stack: Stack) -> dict[str, Any]:
    (found,) = [
        each for each in resources(template_of(stack), "AWS::EC2::VPCEndpoint") if each["VpcEndpointType"] == "Gateway"
    ]
    return found


def test_every_service_gets_an_interface_under_its_usual_name() -> None:
    stack = new_stack()
    endpoints_in(stack)
    assert set(interfaces(stack)) == {*SERVICES, "aps-workspaces"}
    assert all(each["PrivateDnsEnabled"] for each in interfaces(stack).values())


@pytest.mark.parametrize("services", [(), (EndpointService.ECR_API, EndpointService.LOGS)])
def test_only_the_chosen_services_get_one(services: Collection[EndpointService]) -> None:
    stack = new_stack()
    assert set(endpoints_in(stack, services).interfaces) == set(services)
    assert set(interfaces(stack)) == {each.aws_service.short_name for each in services}


def test_the_order_in_which_services_are_named_changes_nothing() -> None:
    one, other = new_stack(), new_stack()
    endpoints_in(one, ALL)
    endpoints_in(other, ALL[::-1])
    assert list(template_of(one)["Resources"].items()) == list(template_of(other)["Resources"].items())


def test_no_zone_needs_another_ones_interface() -> None:
    stack = new_stack()
    network = isolated_network(stack)
    endpoints_in(stack, network=network)
    of_tasks = stack.resolve(network.vpc.select_subnets(subnet_type=network.task_subnets.subnet_type).subnet_ids)
    assert len(of_tasks) == len(ZONES)
    assert all(each["SubnetIds"] == of_tasks for each in interfaces(stack).values())


def test_only_the_vpc_connects_and_only_by_https() -> None:
    stack = new_stack()
    endpoints_in(stack)
    group = only(stack, "AWS::EC2::SecurityGroup")
    (rule,) = group["SecurityGroupIngress"]
    assert (rule["CidrIp"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == (CIDR, "tcp", 443, 443)
    assert [each["CidrIp"] for each in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]  # nobody has it
    assert resources(template_of(stack), "AWS::EC2::SecurityGroupIngress") == []
    (shared,) = {str(each["SecurityGroupIds"]) for each in interfaces(stack).values()}
    assert shared.count("GroupId") == 1


def test_interfaces_take_only_what_the_account_signed() -> None:
    stack = new_stack()
    endpoints_in(stack)
    for endpoint in interfaces(stack).values():
        (statement,) = endpoint["PolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
        }


def test_images_of_another_account_can_be_pulled() -> None:
    stack = new_stack()
    endpoints_in(stack, [EndpointService.ECR_API, EndpointService.ECR_DOCKER])
    statements = [each["PolicyDocument"]["Statement"][0] for each in interfaces(stack).values()]
    assert [each["Resource"] for each in statements] == ["*", "*"]
    assert "ResourceAccount" not in str(statements)


def test_s3_gives_out_layers_of_images_and_the_accounts_own_buckets_but_no_others() -> None:
    stack = new_stack()
    endpoints_in(stack)
    layers, own = gateway(stack)["PolicyDocument"]["Statement"]
    assert layers == {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},  # ECR signs what it gives out as itself
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*",
    }
    assert own["Condition"] == {
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT},
    }


def test_the_gateway_is_a_route_of_the_tasks_alone() -> None:
    stack = new_stack()
    network = isolated_network(stack)
    endpoints_in(stack, network=network)
    tables = [stack.resolve(each.route_table.route_table_id) for each in network.vpc.isolated_subnets]
    assert len(tables) == len(ZONES)
    assert gateway(stack)["RouteTableIds"] == tables
