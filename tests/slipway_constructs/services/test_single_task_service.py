"""A service of one task: how it is confined, replaced and reached."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager

from slipway_constructs.networking.private_names import PrivateNames
from slipway_constructs.services.single_task_service import SingleTaskService
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, existing_vpc, new_stack, only, template_of


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    secret = secretsmanager.Secret(stack, "Secret", secret_string_value=SecretValue.unsafe_plain_text("it"))
    tool = SingleTaskService(
        stack,
        "Tool",
        cluster=ecs.Cluster(stack, "Cluster", vpc=vpc),
        service_name="acme-tool",
        subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        assign_public_ip=False,
        image=ecs.ContainerImage.from_registry("tool"),
        container_name="tool",
        cpu=256,
        memory_mib=512,
        architecture=ecs.CpuArchitecture.ARM64,
        ports=[3000],
        environment={"COLOUR": "green"},
        secrets={"PASSWORD": ecs.Secret.from_secrets_manager(secret)},
        scratch_paths=["/var/lib/tool"],
        log_retention=logs.RetentionDays.ONE_WEEK,
        log_removal_policy=RemovalPolicy.DESTROY,
        container_cpu=192,
        container_memory_mib=400,
    )
    names = PrivateNames(stack, "Names", vpc=vpc, domain="acme.internal")
    tool.service.enable_cloud_map(name="tool", cloud_map_namespace=names.namespace)
    return stack


@pytest.fixture(scope="module")
def service(stack: Stack) -> dict[str, Any]:
    return only(stack, "AWS::ECS::Service")


@pytest.fixture(scope="module")
def container(stack: Stack) -> dict[str, Any]:
    (found,) = only(stack, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return dict(found)


def test_there_is_one_task_and_never_two(service: dict[str, Any]) -> None:
    deployment = service["DeploymentConfiguration"]
    assert (service["DesiredCount"], deployment["MaximumPercent"], deployment["MinimumHealthyPercent"]) == (1, 100, 0)
    assert service["AvailabilityZoneRebalancing"] == "DISABLED"  # which would want more than 100 percent


def test_a_rollout_that_fails_is_undone(service: dict[str, Any]) -> None:
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


def test_nobody_reaches_it_unless_they_are_let_in(stack: Stack, service: dict[str, Any]) -> None:
    group = only(stack, "AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert resources(template_of(stack), "AWS::EC2::SecurityGroupIngress") == []
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


def test_it_writes_nowhere_but_where_it_has_to(container: dict[str, Any]) -> None:
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert [(each["ContainerPath"], each["ReadOnly"]) for each in container["MountPoints"]] == [
        ("/var/lib/tool", False)
    ]


def test_it_has_its_share_of_the_task(container: dict[str, Any]) -> None:
    assert (container["Cpu"], container["Memory"]) == (192, 400)


def test_secrets_come_from_secrets_manager(container: dict[str, Any]) -> None:
    assert container["Environment"] == [{"Name": "COLOUR", "Value": "green"}]
    assert [each["Name"] for each in container["Secrets"]] == ["PASSWORD"]


def test_its_roles_are_taken_on_for_this_account_only(stack: Stack) -> None:
    roles = resources(template_of(stack), "AWS::IAM::Role")
    assert len(roles) == 2
    for role in roles:
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_it_has_a_name_that_only_the_vpc_sees(stack: Stack, service: dict[str, Any]) -> None:
    assert only(stack, "AWS::ServiceDiscovery::PrivateDnsNamespace")["Name"] == "acme.internal"
    assert only(stack, "AWS::ServiceDiscovery::Service")["Name"] == "tool"
    assert len(service["ServiceRegistries"]) == 1
