"""What it takes to operate one service by hand, beyond its rollouts."""

from aws_cdk import aws_iam as iam

from slipway_constructs.access.operated_service import MADE_UP, WITHOUT_TYPE, OperatedService, allow
from slipway_constructs.acknowledgements import acknowledge

WHAT_RUNS = ("ecs:enable-execute-command", "ecs:subnet", "ecs:task-definition")
"""What an update of a service may name only in the hands of CloudFormation."""


def grant_scaling_access(role: iam.Role, service: OperatedService) -> None:
    """Let the role change the bounds between which Application Auto Scaling keeps the service's tasks.

    Application Auto Scaling makes up the id in a scalable target's ARN, and tries whether its caller could update the
    service itself ("Permissions validation for Application Auto Scaling API calls on target resources"). So the role
    may, as long as neither what runs, nor where, nor a shell into it is said: this binds it to this one service.
    """
    targets = service.arn("application-autoscaling", "scalable-target/*")
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["application-autoscaling:RegisterScalableTarget"],
            resources=[targets],
            conditions={
                "StringEquals": {
                    "application-autoscaling:service-namespace": "ecs",
                    "application-autoscaling:scalable-dimension": "ecs:service:DesiredCount",
                }
            },
        )
    )
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{targets}]", MADE_UP)
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["ecs:UpdateService"],
            resources=[service.of_service("service")],
            conditions={"Null": dict.fromkeys(WHAT_RUNS, "true")},
        )
    )
    allow(
        role,
        ["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions"],
        ["*"],
        WITHOUT_TYPE,
    )


def grant_shell_access(role: iam.Role, service: OperatedService) -> None:
    """Let the role run commands in the service's tasks (ECS Exec).

    The session itself needs no right of the role: its token comes with the answer ("Using Amazon ECS Exec").
    """
    allow(role, ["ecs:ExecuteCommand"], [service.cluster_arn, service.tasks_arn], MADE_UP)


def grant_continuation_access(role: iam.Role, service: OperatedService) -> None:
    """Let the role end the pause of a rollout that waits for a human."""
    deployments = f"{service.of_service('service-deployment')}/*"
    allow(role, ["ecs:ContinueServiceDeployment"], [service.of_service("service"), deployments], MADE_UP)
