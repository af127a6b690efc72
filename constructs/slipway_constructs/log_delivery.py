"""Letting services of AWS write into a log group."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct


def let_logs_in(scope: Construct, log_group: logs.LogGroup) -> logs.ResourcePolicy:
    """Let the account's own resources deliver their logs to that group; one policy in that scope.

    Without it the service that writes adds each log group to one policy of the account, until that is full ("Logs sent
    to CloudWatch Logs" in "Enable logging from AWS services"). An account has room for ten such policies in a region
    (CloudWatch Logs API reference, "PutResourcePolicy").
    """
    stack = Stack.of(scope)
    return logs.ResourcePolicy(
        scope,
        "Delivery",
        policy_statements=[
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{log_group_arn(log_group)}:*"],
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": stack.format_arn(service="logs", resource="*")},
                },
            )
        ],
    )


def log_group_arn(log_group: logs.LogGroup) -> str:
    """The ARN without the `:*` at its end that CloudFormation's attribute has, and some services do not take."""
    return Stack.of(log_group).format_arn(service="logs", resource=f"log-group:{log_group.log_group_name}")
