"""What `cdk bootstrap` makes in an account and region, as AWS names it."""

from typing import Literal

from configuration import Environment
from operations.partitions import partition_of

QUALIFIER = "hnb659fds"
"""What `cdk bootstrap` puts into names when it is given no other ("Customize AWS CDK bootstrapping")."""

VERSION_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"
"""Where the bootstrap stack says its version."""

Role = Literal["deploy", "lookup"]


def role_name(role: Role, environment: Environment) -> str:
    """The name of that role in the environment's account, for its region."""
    return f"cdk-{QUALIFIER}-{role}-role-{environment.account}-{environment.region}"


def role_arn(role: Role, environment: Environment) -> str:
    """The ARN of the same."""
    return f"arn:{partition_of(environment.region)}:iam::{environment.account}:role/{role_name(role, environment)}"
