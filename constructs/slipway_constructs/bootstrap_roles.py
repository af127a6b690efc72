"""The roles that `cdk bootstrap` makes, through which everything is deployed."""

from typing import Literal

from aws_cdk import Fn

QUALIFIER = "hnb659fds"
"""What `cdk bootstrap` puts into its names when it is given no other ("Customize AWS CDK bootstrapping")."""

BootstrapRole = Literal["deploy", "file-publishing", "image-publishing", "lookup"]


def bootstrap_role_arn(role: BootstrapRole, *, account: str, region: str) -> str:
    """The ARN of that role of that account and region."""
    return Fn.sub(f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-{QUALIFIER}-{role}-role-{account}-{region}")
