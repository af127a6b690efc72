"""Where tasks and load balancer live."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

ROOM_FOR_ZONES = 3
"""For so many zones there are address ranges, whether they are used or not."""


class Network(Construct):
    """A VPC with public subnets and, if it has NAT gateways, private ones for the tasks.

    Attributes:
        vpc: the VPC.
        task_subnets: where tasks run: the private subnets, or the public ones when there is no NAT gateway.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cidr: str,
        availability_zones: Sequence[str],
        nat_gateways: int,
    ) -> None:
        """Create the network.

        Args:
            cidr: the VPC's IPv4 range.
            availability_zones: one public and at most one private subnet in each. A third one can be added to the end
                later; exchanging one replaces its subnets.
            nat_gateways: 0 leaves the private subnets out; tasks then need public addresses to reach the internet.
        """
        super().__init__(scope, id)
        subnets = [
            ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC),
            ec2.SubnetConfiguration(
                name="Tasks", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, reserved=nat_gateways == 0
            ),
        ]
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            availability_zones=list(availability_zones),
            # Ranges are kept for what is not there yet: a subnet whose range changes would have to be replaced by one
            # that overlaps it, which AWS refuses.
            reserved_azs=max(0, ROOM_FOR_ZONES - len(availability_zones)),
            nat_gateways=nat_gateways,
            subnet_configuration=subnets,
            restrict_default_security_group=True,
        )
        self.task_subnets = ec2.SubnetSelection(
            subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS if nat_gateways else ec2.SubnetType.PUBLIC
        )


class FlowLogs(Construct):
    """The traffic of a VPC, accepted and rejected, in CloudWatch Logs.

    Attributes:
        log_group: where it goes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Record the traffic of that VPC.

        Args:
            removal_policy: of the log group, when the stack is deleted.
        """
        super().__init__(scope, id)
        self.log_group = logs.LogGroup(self, "LogGroup", retention=retention, removal_policy=removal_policy)
        ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(self.log_group),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
