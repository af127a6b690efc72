"""The tasks: how they are replaced, confined, probed and stopped."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Match, Template

from slipway_constructs.web_service import WebService
from tests.slipway_constructs import dockerfile
from tests.slipway_constructs.conftest import (
    PRIVATE_SUBNETS,
    PUBLIC_SUBNETS,
    existing_vpc,
    new_stack,
    only,
    reference,
    some_metrics,
    template_of,
)

SERVICE, TASK_DEFINITION = "AWS::ECS::Service", "AWS::ECS::TaskDefinition"


def stack_with(**changes: Any) -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    alarm = cloudwatch.Alarm(
        stack, "Alarm", metric=some_metrics(stack, vpc).requests(), threshold=1, evaluation_periods=1
    )
    arguments: dict[str, Any] = {
        "cluster": ecs.Cluster(stack, "Cluster", vpc=vpc),
        "service_name": "api",
        "image": ecs.ContainerImage.from_registry("example:1"),
        "port": 8000,
        "liveness_path": "/health/live",
        "environment": {"ENVIRONMENT": "test"},
        "cpu": 512,
        "memory_mib": 1024,
        "architecture": ecs.CpuArchitecture.ARM64,
        "subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "assign_public_ip": False,
        "deployment_alarms": [alarm],
        "log_retention": logs.RetentionDays.ONE_WEEK,
        "log_removal_policy": RemovalPolicy.DESTROY,
    }
    WebService(stack, "WebService", **(arguments | changes))
    return stack


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stack_with()


@pytest.fixture(scope="module")
def service(stack: Stack) -> dict[str, Any]:
    return only(stack, SERVICE)


@pytest.fixture(scope="module")
def container(stack: Stack) -> dict[str, Any]:
    (container,) = only(stack, TASK_DEFINITION)["ContainerDefinitions"]
    return dict(container)


def test_no_task_stops_before_its_successor_is_healthy(service: dict[str, Any]) -> None:
    configuration = service["DeploymentConfiguration"]
    assert configuration["MinimumHealthyPercent"] == 100
    assert configuration["MaximumPercent"] == 200


def test_a_release_whose_tasks_do_not_start_is_rolled_back(service: dict[str, Any]) -> None:
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


def test_a_release_that_sets_off_an_alarm_is_rolled_back(stack: Stack, service: dict[str, Any]) -> None:
    assert service["DeploymentConfiguration"]["Alarms"] == {
        "AlarmNames": [reference(stack, "AWS::CloudWatch::Alarm")],
        "Enable": True,
        "Rollback": True,
    }


def test_what_a_rollback_goes_back_to_stays_active(stack: Stack) -> None:
    Template.from_stack(stack).has_resource(
        TASK_DEFINITION, {"UpdateReplacePolicy": "Retain", "DeletionPolicy": "RetainExceptOnCreate"}
    )


def test_the_service_has_the_name_that_roles_are_granted_rights_on(service: dict[str, Any]) -> None:
    assert service["ServiceName"] == "api"


def test_a_deployment_leaves_the_number_of_tasks_to_scaling(service: dict[str, Any]) -> None:
    assert "DesiredCount" not in service


def test_the_load_balancer_waits_for_a_task_as_long_as_its_own_probe_does(
    service: dict[str, Any], container: dict[str, Any]
) -> None:
    assert service["HealthCheckGracePeriodSeconds"] == container["HealthCheck"]["StartPeriod"]


@pytest.mark.parametrize(
    ("subnet_type", "subnets", "public_address"),
    [
        (ec2.SubnetType.PRIVATE_WITH_EGRESS, PRIVATE_SUBNETS, "DISABLED"),
        (ec2.SubnetType.PUBLIC, PUBLIC_SUBNETS, "ENABLED"),
    ],
)
def test_tasks_run_in_the_given_subnets_with_a_public_address_only_where_asked_for(
    subnet_type: ec2.SubnetType,
    subnets: tuple[str, ...],
    public_address: str,
) -> None:
    selection = ec2.SubnetSelection(subnet_type=subnet_type)
    found = only(stack_with(subnets=selection, assign_public_ip=public_address == "ENABLED"), SERVICE)
    placed = found["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert (placed["Subnets"], placed["AssignPublicIp"]) == (list(subnets), public_address)


def test_a_container_cannot_write_to_its_image_nor_use_a_capability(container: dict[str, Any]) -> None:
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert "Privileged" not in container


def test_an_init_process_passes_signals_on(container: dict[str, Any]) -> None:
    assert container["LinuxParameters"]["InitProcessEnabled"] is True


def test_a_task_is_killed_only_after_the_time_that_the_image_gives_its_requests(container: dict[str, Any]) -> None:
    assert container["StopTimeout"] > int(dockerfile.read().option("--timeout-graceful-shutdown"))


def test_the_probe_is_the_one_of_the_image(container: dict[str, Any]) -> None:
    image, probe = dockerfile.read(), container["HealthCheck"]
    assert probe["Command"] == ["CMD", *image.health_command]
    assert image.health_options == {
        "interval": f"{probe['Interval']}s",
        "timeout": f"{probe['Timeout']}s",
        "start-period": f"{probe['StartPeriod']}s",
        "retries": str(probe["Retries"]),
    }


def test_the_probe_follows_port_and_path() -> None:
    (container,) = only(stack_with(port=9000, liveness_path="/alive"), TASK_DEFINITION)["ContainerDefinitions"]
    assert "'http://127.0.0.1:9000/alive'" in container["HealthCheck"]["Command"][-1]
    assert [each["ContainerPort"] for each in container["PortMappings"]] == [9000]


def test_a_slow_cloudwatch_does_not_stop_the_container(stack: Stack, container: dict[str, Any]) -> None:
    logging = container["LogConfiguration"]
    assert logging["LogDriver"] == "awslogs"
    assert logging["Options"]["mode"] == "non-blocking"
    assert int(logging["Options"]["max-buffer-size"].removesuffix("b")) == 25 * 1024 * 1024
    assert logging["Options"]["awslogs-group"] == reference(stack, "AWS::Logs::LogGroup")


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_logs_are_kept_as_long_as_told(policy: RemovalPolicy, rendered: str) -> None:
    stack = stack_with(log_removal_policy=policy, log_retention=logs.RetentionDays.THREE_MONTHS)
    Template.from_stack(stack).has_resource(
        "AWS::Logs::LogGroup", {"Properties": {"RetentionInDays": 90}, "DeletionPolicy": rendered}
    )


def test_a_task_has_the_size_and_the_processor_that_were_asked_for(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        TASK_DEFINITION,
        {
            "Cpu": "512",
            "Memory": "1024",
            "RequiresCompatibilities": ["FARGATE"],
            "RuntimePlatform": {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
            "ContainerDefinitions": [
                Match.object_like({"Image": "example:1", "Environment": [{"Name": "ENVIRONMENT", "Value": "test"}]})
            ],
        },
    )


def test_the_service_itself_may_do_nothing_in_aws(stack: Stack) -> None:
    template = template_of(stack)
    task_role = only(stack, TASK_DEFINITION)["TaskRoleArn"]["Fn::GetAtt"][0]
    policies = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    assert [policy for policy in policies if {"Ref": task_role} in policy["Roles"]] == []
    assert set(template["Resources"][task_role]["Properties"]) == {"AssumeRolePolicyDocument"}
