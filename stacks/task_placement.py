"""Where tasks of an environment run."""

from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs


@dataclass(frozen=True)
class TaskPlacement:
    """Cluster and subnets.

    Attributes:
        public_addresses: whether tasks get some, without which they reach nothing from public subnets.
    """

    cluster: ecs.ICluster
    subnets: ec2.SubnetSelection
    public_addresses: bool
