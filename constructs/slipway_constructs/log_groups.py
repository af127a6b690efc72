"""Where logs are kept."""

from aws_cdk import Aws, Fn, RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge


def log_group(
    scope: Construct,
    *,
    retention: logs.RetentionDays,
    removal_policy: RemovalPolicy,
    beginning: str | None = None,
) -> logs.LogGroup:
    """The one log group of that scope; it has no KMS key of its own.

    Args:
        removal_policy: when the stack is deleted.
        beginning: of its name, for services that write to no other. The end is of the stack's own id: a log group that
            outlives its stack must not be in the way of the next one. Omitted, CloudFormation names it.
    """
    group = logs.LogGroup(
        scope,
        "LogGroup",
        log_group_name=None if beginning is None else f"{beginning}-{_of_this_stack()}",
        retention=retention,
        removal_policy=removal_policy,
    )
    for finding in ("NIST.800.53.R5-CloudWatchLogGroupEncrypted", "Checkov::CKV_AWS_158"):
        acknowledge(
            group,
            finding,
            "CloudWatch Logs encrypts log data at rest, with 256-bit AES-GCM, also when it is given no key of KMS.",
        )
    return group


def _of_this_stack() -> str:
    return Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))))
