"""What becomes of data when its stack is deleted, and how long logs are kept."""

from collections.abc import Iterable

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from configuration import Environment


def removal_policy(environment: Environment) -> RemovalPolicy:
    """RETAIN where the environment keeps its data, otherwise DESTROY."""
    return RemovalPolicy.RETAIN if environment.retain_data else RemovalPolicy.DESTROY


def log_retention(environment: Environment) -> logs.RetentionDays:
    """Three months where the environment keeps its data, otherwise a week."""
    return logs.RetentionDays.THREE_MONTHS if environment.retain_data else logs.RetentionDays.ONE_WEEK


def removal_policy_of_shared(environments: Iterable[Environment]) -> RemovalPolicy:
    """RETAIN as soon as one of the environments that share the resource keeps its data."""
    return RemovalPolicy.RETAIN if any(each.retain_data for each in environments) else RemovalPolicy.DESTROY
