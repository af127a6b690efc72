"""A secret of a container: where its value comes from, and what the execution role may do for it."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs

from slipway_constructs.services.container_secret import ContainerSecret
from tests.slipway_constructs.conftest import ACCOUNT, REGION, new_stack, only

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-AbCdEf"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/key"
SECRETS = {
    "PASSWORD": ContainerSecret(
        value_from=f"{SECRET}:password::", action="secretsmanager:GetSecretValue", resource=SECRET
    ),
    "KEY": ContainerSecret(value_from=PARAMETER, action="ssm:GetParameters", resource=PARAMETER),
}


def stack_with(secrets: dict[str, ecs.Secret]) -> Stack:
    stack = new_stack()
    definition = ecs.FargateTaskDefinition(stack, "Definition")
    definition.add_container("Service", image=ecs.ContainerImage.from_registry("example"), secrets=secrets)
    return stack


def granted(stack: Stack) -> list[tuple[str, str]]:
    statements: list[dict[str, Any]] = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    return [(each["Action"], each["Resource"]) for each in statements]


def test_the_container_gets_it_from_there() -> None:
    (container,) = only(stack_with({**SECRETS}), "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    assert {each["Name"]: each["ValueFrom"] for each in container["Secrets"]} == {
        "PASSWORD": f"{SECRET}:password::",
        "KEY": PARAMETER,
    }


def test_the_execution_role_may_read_its_value_and_nothing_else_of_it() -> None:
    assert granted(stack_with({**SECRETS})) == [
        ("secretsmanager:GetSecretValue", SECRET),
        ("ssm:GetParameters", PARAMETER),
    ]


def test_a_key_of_a_secret_is_told_from_a_whole_one() -> None:
    assert SECRETS["PASSWORD"].has_field
    assert not SECRETS["KEY"].has_field
