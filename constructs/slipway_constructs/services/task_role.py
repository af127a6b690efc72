"""Whom tasks act as."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct


def task_role(scope: Construct, id: str, description: str) -> iam.Role:
    """A role that ECS takes on for tasks of this account and region only, and that may do nothing yet.

    ECS takes on roles for everybody ("Cross-service confused deputy prevention", Amazon ECS developer guide).
    """
    stack = Stack.of(scope)
    return iam.Role(
        scope,
        id,
        description=description,
        assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com").with_conditions(
            {
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {"aws:SourceArn": stack.format_arn(service="ecs", resource="*")},
            }
        ),
    )
