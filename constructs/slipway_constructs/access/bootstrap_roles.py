"""What `cdk bootstrap` makes: the roles through which everything is deployed, and its version."""

from typing import Literal

from aws_cdk import Fn

QUALIFIER = "hnb659fds"
"""What `cdk bootstrap` puts into its names when it is given no other ("Customize AWS CDK bootstrapping")."""

VERSION_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"
"""The SSM parameter in which `cdk bootstrap` says its version."""

BootstrapRole = Literal["deploy", "file-publishing", "image-publishing", "lookup"]


def bootstrap_role_arn(role: BootstrapRole, *, account: str, region: str) -> str:
    """The ARN of that role of that account and region."""
    return Fn.sub(f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-{QUALIFIER}-{role}-role-{account}-{region}")
