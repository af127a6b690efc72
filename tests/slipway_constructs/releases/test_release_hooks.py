"""What may stop a release before clients meet it."""

import json

from aws_cdk import Duration, Stack
from aws_cdk import aws_ecs as ecs

from slipway_constructs.releases.release_hooks import LambdaHook, PauseHook
from tests.slipway_constructs.conftest import ACCOUNT, REGION, existing_vpc, new_stack, only, template_of

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:check-release"
STAGES = ["POST_TEST_TRAFFIC_SHIFT"]


def stack_and_service() -> tuple[Stack, ecs.FargateService]:
    stack = new_stack()
    task_definition = ecs.FargateTaskDefinition(stack, "TaskDefinition")
    task_definition.add_container("Container", image=ecs.ContainerImage.from_registry("example"))
    service = ecs.FargateService(
        stack,
        "Service",
        cluster=ecs.Cluster(stack, "Cluster", vpc=existing_vpc(stack)),
        task_definition=task_definition,
        deployment_strategy=ecs.DeploymentStrategy.BLUE_GREEN,
        min_healthy_percent=100,
        circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),  # CDK warns without it
    )
    return stack, service


def test_a_function_is_asked_once_the_new_tasks_have_test_traffic() -> None:
    stack, service = stack_and_service()
    LambdaHook(stack, "Hook", service=service, function_arn=FUNCTION)
    (hook,) = only(stack, "AWS::ECS::Service")["DeploymentConfiguration"]["LifecycleHooks"]
    assert (hook["HookTargetArn"], hook["LifecycleStages"]) == (FUNCTION, STAGES)
    role = template_of(stack)["Resources"][hook["RoleArn"]["Fn::GetAtt"][0]]
    assert role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "Service": "ecs.amazonaws.com"
    }


def test_ecs_may_call_that_function_and_no_other() -> None:
    stack, service = stack_and_service()
    LambdaHook(stack, "Hook", service=service, function_arn=FUNCTION)
    (statement,) = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Resource"] == FUNCTION


def test_a_human_is_waited_for_and_no_answer_is_a_no() -> None:
    stack, service = stack_and_service()
    PauseHook(stack, "Hook", service=service, timeout=Duration.hours(2))
    (hook,) = only(stack, "AWS::ECS::Service")["DeploymentConfiguration"]["LifecycleHooks"]
    assert hook == {
        "TargetType": "PAUSE",
        "LifecycleStages": STAGES,
        "TimeoutConfiguration": {"Action": "ROLLBACK", "TimeoutInMinutes": 120},
    }
    assert "AWS::IAM::Role" not in {
        each["Type"] for name, each in template_of(stack)["Resources"].items() if "Hook" in json.dumps(name)
    }
