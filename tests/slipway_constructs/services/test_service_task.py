"""One task: its container, how it is confined, probed and stopped, and who it may act as."""

import json
from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from aws_cdk.assertions import Match, Template

from slipway_constructs.services.service_task import ServiceTask
from tests.slipway_constructs import dockerfile
from tests.slipway_constructs.conftest import ACCOUNT, REGION, new_stack, only, reference, template_of

TASK_DEFINITION = "AWS::ECS::TaskDefinition"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-AbCdEf"


def task_in(stack: Stack, **changes: Any) -> ServiceTask:
    arguments: dict[str, Any] = {
        "image": ecs.ContainerImage.from_registry("example:1"),
        "cpu": 512,
        "memory_mib": 1024,
        "architecture": ecs.CpuArchitecture.ARM64,
        "port": 8000,
        "liveness_path": "/health/live",
        "environment": {"ENVIRONMENT": "test"},
        "secrets": {},
        "start_period": Duration.seconds(15),
        "stop_timeout": Duration.seconds(30),
        "scratch_paths": ["/tmp"],  # noqa: S108 - a path in the container
        "ephemeral_storage_gib": None,
        "log_retention": logs.RetentionDays.ONE_WEEK,
        "log_removal_policy": RemovalPolicy.DESTROY,
    }
    return ServiceTask(stack, "Task", **(arguments | changes))


def stack_with(**changes: Any) -> Stack:
    stack = new_stack()
    task_in(stack, **changes)
    return stack


def container_of(stack: Stack) -> dict[str, Any]:
    (container,) = only(stack, TASK_DEFINITION)["ContainerDefinitions"]
    return dict(container)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stack_with()


@pytest.fixture(scope="module")
def container(stack: Stack) -> dict[str, Any]:
    return container_of(stack)


def test_what_a_rollback_goes_back_to_stays_active(stack: Stack) -> None:
    Template.from_stack(stack).has_resource(
        TASK_DEFINITION, {"UpdateReplacePolicy": "Retain", "DeletionPolicy": "RetainExceptOnCreate"}
    )


def test_a_task_has_the_size_and_the_processor_that_were_asked_for(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        TASK_DEFINITION,
        {
            "Cpu": "512",
            "Memory": "1024",
            "RequiresCompatibilities": ["FARGATE"],
            "RuntimePlatform": {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
            "EphemeralStorage": Match.absent(),
            "ContainerDefinitions": [
                Match.object_like({"Image": "example:1", "Environment": [{"Name": "ENVIRONMENT", "Value": "test"}]})
            ],
        },
    )


def test_a_task_has_the_disk_that_was_asked_for() -> None:
    assert only(stack_with(ephemeral_storage_gib=50), TASK_DEFINITION)["EphemeralStorage"] == {"SizeInGiB": 50}


def test_a_container_cannot_write_to_its_image_nor_use_a_capability(container: dict[str, Any]) -> None:
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert "Privileged" not in container


def test_the_user_is_the_one_of_the_image(container: dict[str, Any]) -> None:
    assert "User" not in container
    assert dockerfile.read().user not in {None, "root", "0"}


def test_only_scratch_paths_can_be_written_to_each_in_a_volume_of_the_task() -> None:
    paths = ["/tmp", "/var/lib/amazon"]  # noqa: S108 - paths in the container
    stack = stack_with(scratch_paths=paths)
    mounts = {each["ContainerPath"]: each["SourceVolume"] for each in container_of(stack)["MountPoints"]}
    volumes = only(stack, TASK_DEFINITION)["Volumes"]
    assert list(mounts) == paths
    assert volumes == [{"Name": name} for name in mounts.values()]


def test_the_image_lets_its_user_write_to_tmp(container: dict[str, Any]) -> None:
    paths = {each["ContainerPath"] for each in container["MountPoints"]}
    assert paths <= set(dockerfile.read().volumes)


def test_an_init_process_passes_signals_on(container: dict[str, Any]) -> None:
    assert container["LinuxParameters"]["InitProcessEnabled"] is True


def test_a_task_is_killed_after_the_time_that_was_asked_for() -> None:
    assert container_of(stack_with(stop_timeout=Duration.seconds(77)))["StopTimeout"] == 77


def test_the_probe_is_the_one_of_the_image(container: dict[str, Any]) -> None:
    image, probe = dockerfile.read(), container["HealthCheck"]
    assert probe["Command"] == ["CMD", *image.health_command]
    assert image.health_options == {
        "interval": f"{probe['Interval']}s",
        "timeout": f"{probe['Timeout']}s",
        "start-period": f"{probe['StartPeriod']}s",
        "retries": str(probe["Retries"]),
    }


def test_the_probe_follows_port_path_and_start() -> None:
    container = container_of(stack_with(port=9000, liveness_path="/alive", start_period=Duration.seconds(60)))
    assert "'http://127.0.0.1:9000/alive'" in container["HealthCheck"]["Command"][-1]
    assert container["HealthCheck"]["StartPeriod"] == 60
    assert [each["ContainerPort"] for each in container["PortMappings"]] == [9000]


def test_an_image_without_python_is_probed_with_a_program_of_its_own() -> None:
    container = container_of(stack_with(health_command=["/probe", "--quiet"], start_period=Duration.seconds(60)))
    assert container["HealthCheck"]["Command"] == ["CMD", "/probe", "--quiet"]
    assert container["HealthCheck"]["StartPeriod"] == 60


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


def test_the_service_itself_may_do_nothing_in_aws(stack: Stack) -> None:
    template = template_of(stack)
    task_role = only(stack, TASK_DEFINITION)["TaskRoleArn"]["Fn::GetAtt"][0]
    policies = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    assert [policy for policy in policies if {"Ref": task_role} in policy["Roles"]] == []
    assert not set(template["Resources"][task_role]["Properties"]) & {"Policies", "ManagedPolicyArns"}


def test_execution_and_task_are_two_roles_that_only_tasks_of_the_account_and_region_take_on(stack: Stack) -> None:
    template, task = template_of(stack), only(stack, TASK_DEFINITION)
    roles = {task[name]["Fn::GetAtt"][0] for name in ("ExecutionRoleArn", "TaskRoleArn")}
    assert len(roles) == 2
    for role in roles:
        (statement,) = template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
        (source,) = statement["Condition"]["ArnLike"].values()
        assert f":ecs:{REGION}:{ACCOUNT}:*" in json.dumps(source)


def test_secrets_reach_the_container_and_the_execution_role_may_read_just_them() -> None:
    stack = new_stack()
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "Secret", SECRET)
    parameter = ssm.StringParameter.from_secure_string_parameter_attributes(stack, "Key", parameter_name="/app/key")
    task_in(
        stack,
        secrets={
            "PASSWORD": ecs.Secret.from_secrets_manager(secret, "password"),
            "API_KEY": ecs.Secret.from_ssm_parameter(parameter),
        },
    )
    given = {each["Name"]: each["ValueFrom"] for each in container_of(stack)["Secrets"]}
    assert given["PASSWORD"] == f"{SECRET}:password::"
    assert f":ssm:{REGION}:{ACCOUNT}:parameter/app/key" in json.dumps(given["API_KEY"])
    readable = {
        action: statement["Resource"]
        for statement in only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
        for action in statement["Action"]
        if isinstance(statement["Action"], list)
    }
    assert readable["secretsmanager:GetSecretValue"] == SECRET
    assert ":parameter/app/key" in json.dumps(readable["ssm:GetParameters"])
    assert "*" not in readable.values()
