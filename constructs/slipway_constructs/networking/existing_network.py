"""A VPC that somebody else made."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class ExistingNetwork(Construct):
    """An existing VPC, told by its ids: nothing is looked up, so synthesis needs no credentials, and nothing is added.

    How tasks reach the registry, the logs and their secrets, and whether a zone that fails takes that way along for
    the others, is the VPC's own affair; so are its flow logs and its default security group. It needs DNS hostnames
    and an internet gateway behind its public subnets.

    Attributes:
        vpc: the VPC.
        public_subnets: where the load balancer goes.
        task_subnets: where tasks run.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        cidr: str,
        availability_zones: Sequence[str],
        public_subnet_ids: Sequence[str],
        task_subnet_ids: Sequence[str],
    ) -> None:
        """Take the VPC as it is.

        Args:
            cidr: the VPC's IPv4 range.
            availability_zones: those of the subnets.
            public_subnet_ids: one for each zone, in their order.
            task_subnet_ids: likewise; the public ones if tasks share them.
        """
        super().__init__(scope, id)
        shared = set(task_subnet_ids) == set(public_subnet_ids)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=vpc_id,
            vpc_cidr_block=cidr,
            availability_zones=list(availability_zones),
            public_subnet_ids=list(public_subnet_ids),
            private_subnet_ids=None if shared else list(task_subnet_ids),
        )
        self.public_subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
        self.task_subnets = ec2.SubnetSelection(
            subnet_type=ec2.SubnetType.PUBLIC if shared else ec2.SubnetType.PRIVATE_WITH_EGRESS
        )
