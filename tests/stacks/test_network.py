"""Where an environment's tasks go and what they reach from there, for each `nat` and for an existing VPC."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template as Assertions
from aws_cdk.cx_api import CloudAssembly

import app as application
from configuration import Configuration
from configuration.stack_names import network
from stacks.network import NetworkStack, existing_network
from tests.conftest import Template, resources, templates_of, varied
from tests.stacks.conftest import PUBLIC_SUBNETS, TASK_SUBNETS

ENDPOINT, SUBNET = "AWS::EC2::VPCEndpoint", "AWS::EC2::Subnet"
ALWAYS = {
    "s3",
    *("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "sts"),
    *("monitoring", "xray", "aps-workspaces"),  # telemetry
}


@pytest.fixture(scope="module")
def templates(assembly_of_other_networks: CloudAssembly) -> Mapping[str, Template]:
    return templates_of(assembly_of_other_networks)


def alone(configuration: Configuration, **settings: Any) -> Template:
    """Template of the network stack of dev with those settings, its range being 10.10.0.0/16."""
    environment = varied(configuration, {"dev": {"network": {"cidr": "10.10.0.0/16"} | settings}}).environment("dev")
    stack = NetworkStack(application.new_app(), network("dev"), environment=environment)
    return dict(Assertions.from_stack(stack).to_json())


def services_reached(template: Template) -> set[str]:
    """Those with an endpoint, as AWS calls them."""
    names = [json.dumps(each["ServiceName"]) for each in resources(template, ENDPOINT)]
    return {next(service for service in (*ALWAYS, "ssmmessages") if f'.{service}"' in name) for name in names}


def default_routes(template: Template) -> list[str]:
    """What leads out of the VPC, one for each subnet that has a way out."""
    routes = resources(template, "AWS::EC2::Route")
    return sorted("nat" if "NatGatewayId" in each else "internet" for each in routes)


def placement(template: Template) -> dict[str, Any]:
    (service,) = resources(template, "AWS::ECS::Service")
    return dict(service["NetworkConfiguration"]["AwsvpcConfiguration"])


@pytest.mark.parametrize(
    ("nat", "gateways", "subnets", "routes"),
    [
        ("none", 0, 2, ["internet"] * 2),
        ("gateway", 1, 4, ["internet"] * 2 + ["nat"] * 2),
        ("gateway_per_az", 2, 4, ["internet"] * 2 + ["nat"] * 2),
        ("endpoints", 0, 4, ["internet"] * 2),
    ],
)
def test_nat_decides_which_subnets_there_are_and_what_leads_out_of_them(
    nat: str, gateways: int, subnets: int, routes: list[str], configuration: Configuration
) -> None:
    template = alone(configuration, nat=nat)
    assert len(resources(template, "AWS::EC2::NatGateway")) == gateways
    assert len(resources(template, SUBNET)) == subnets
    assert default_routes(template) == routes


@pytest.mark.parametrize("nat", ["none", "gateway", "gateway_per_az"])
def test_nobody_with_a_way_out_pays_for_endpoints(nat: str, configuration: Configuration) -> None:
    assert resources(alone(configuration, nat=nat), ENDPOINT) == []


@pytest.mark.parametrize("nat", ["none", "gateway", "gateway_per_az", "endpoints"])
def test_flow_logs_are_kept_where_they_are_asked_for(nat: str, configuration: Configuration) -> None:
    for asked_for in (True, False):
        template = alone(configuration, nat=nat, flow_logs=asked_for)
        assert len(resources(template, "AWS::EC2::FlowLog")) == int(asked_for)


@pytest.mark.parametrize("nat", ["none", "gateway", "gateway_per_az", "endpoints"])
def test_the_default_security_group_is_closed(nat: str, configuration: Configuration) -> None:
    assert len(resources(alone(configuration, nat=nat), "Custom::VpcRestrictDefaultSG")) == 1


def test_subnets_stay_when_endpoints_take_the_place_of_nat_gateways(configuration: Configuration) -> None:
    def places(nat: str) -> dict[str, str]:
        found = alone(configuration, nat=nat)["Resources"].items()
        return {name: each["Properties"]["CidrBlock"] for name, each in found if each["Type"] == SUBNET}

    assert places("endpoints") == places("gateway_per_az")


def test_isolated_tasks_reach_every_service_that_they_or_their_start_call(templates: Mapping[str, Template]) -> None:
    assert services_reached(templates["slipway-dev-network"]) == ALWAYS


def test_ecs_exec_brings_its_endpoint_along(templates: Mapping[str, Template]) -> None:
    assert services_reached(templates["slipway-staging-network"]) == ALWAYS | {"ssmmessages"}


def test_endpoints_take_requests_of_the_environments_network_and_account_only(
    templates: Mapping[str, Template], other_networks: Configuration
) -> None:
    template = templates["slipway-dev-network"]
    (group,) = resources(template, "AWS::EC2::SecurityGroup")
    assert [(each["CidrIp"], each["FromPort"]) for each in group["SecurityGroupIngress"]] == [("10.10.0.0/16", 443)]
    account = other_networks.environment("dev").account
    policies = [each["PolicyDocument"]["Statement"] for each in resources(template, ENDPOINT)]
    assert all(
        statements[-1]["Condition"]["StringEquals"]["aws:PrincipalAccount"] == account for statements in policies
    )


def test_isolated_tasks_can_pull_from_the_registrys_account(
    templates: Mapping[str, Template], other_networks: Configuration
) -> None:
    assert other_networks.environment("dev").account != other_networks.registry.account
    for endpoint in resources(templates["slipway-dev-network"], ENDPOINT):
        if "ecr" in json.dumps(endpoint["ServiceName"]):
            (statement,) = endpoint["PolicyDocument"]["Statement"]
            assert (statement["Resource"], list(statement["Condition"])) == ("*", ["StringEquals"])
            assert list(statement["Condition"]["StringEquals"]) == ["aws:PrincipalAccount"]


def test_isolated_tasks_get_no_public_address(templates: Mapping[str, Template]) -> None:
    assert placement(templates["slipway-dev-service"])["AssignPublicIp"] == "DISABLED"


def test_an_existing_vpc_has_no_stack(templates: Mapping[str, Template]) -> None:
    assert {name for name in templates if name.endswith("-network")} == {
        "slipway-dev-network",
        "slipway-staging-network",
    }


def test_an_existing_vpc_is_used_by_its_ids(templates: Mapping[str, Template]) -> None:
    template = templates["slipway-prod-service"]
    (balancer,) = resources(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Subnets"] == list(PUBLIC_SUBNETS)
    assert placement(template)["Subnets"] == list(TASK_SUBNETS)
    assert placement(template)["AssignPublicIp"] == "DISABLED"
    groups = resources(template, "AWS::EC2::SecurityGroup")
    (targets, *_) = resources(template, "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert {each["VpcId"] for each in (*groups, targets)} == {"vpc-0123456789abcdef0"}
    (task_definition,) = resources(template, "AWS::ECS::TaskDefinition")
    variables = {each["Name"]: each["Value"] for each in task_definition["ContainerDefinitions"][0]["Environment"]}
    assert variables["FORWARDED_ALLOW_IPS"] == "10.9.0.0/20"


def test_an_existing_vpc_needs_nothing_of_another_stack(templates: Mapping[str, Template]) -> None:
    text = json.dumps(templates["slipway-qa-service"])
    assert "Fn::ImportValue" not in text
    assert "Fn::GetStackOutput" not in text
    named = set(re.findall(r'"StackName": "([^"]+)"', json.dumps(templates["slipway-prod-service"])))
    assert named == {"slipway-prod-prometheus"}
    assert "Fn::GetStackOutput" in json.dumps(templates["slipway-dev-service"])


def test_tasks_in_public_subnets_of_an_existing_vpc_get_public_addresses(templates: Mapping[str, Template]) -> None:
    placed = placement(templates["slipway-qa-service"])
    assert (placed["Subnets"], placed["AssignPublicIp"]) == (list(PUBLIC_SUBNETS), "ENABLED")


def test_an_environment_with_a_vpc_of_its_own_has_no_existing_one(configuration: Configuration) -> None:
    with pytest.raises(ValueError, match=r"^dev has no existing VPC$"):
        existing_network(Stack(), configuration.environment("dev"))


def test_nothing_is_looked_up(assembly_of_other_networks: CloudAssembly) -> None:
    manifest = json.loads((Path(assembly_of_other_networks.directory) / "manifest.json").read_text())
    assert "missing" not in manifest
