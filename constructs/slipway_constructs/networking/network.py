"""A VPC of our own: where tasks and load balancer live."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.acknowledgements import (
    acknowledge,
    acknowledge_custom_resource_function,
    acknowledge_inline_policies,
)
from slipway_constructs.log_groups import log_group

ROOM_FOR_ZONES = 3
"""For so many zones there are address ranges, whether they are used or not."""


class Network(Construct):
    """A VPC with public subnets for the load balancer, and private ones for the tasks unless these are public too.

    A task that starts (and a rollback starts tasks) has to reach the registry, the logs and its secrets. By the type
    of the subnets it does so, prices being those of us-east-1 ("Amazon VPC pricing"):

    - `PUBLIC`: through the internet gateway, which no zone can take along. Nothing an hour but each task's public
      address ($0.005).
    - `PRIVATE_WITH_EGRESS` with one NAT gateway ($0.045 an hour, and as much for each GB): when the gateway's zone
      fails, no zone can start a task, scale out or roll back; running tasks go on answering.
    - `PRIVATE_WITH_EGRESS` with a NAT gateway in each zone (as much, times the zones): a zone takes only its own along.
    - `PRIVATE_ISOLATED`: not at all, until it is given endpoints (see `VpcEndpoints`).

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
        cidr: str,
        availability_zones: Sequence[str],
        task_subnet_type: ec2.SubnetType,
        nat_gateways: int = 0,
    ) -> None:
        """Create the network.

        Args:
            cidr: the VPC's IPv4 range.
            availability_zones: one public and at most one private subnet in each. A third one can be added to the end
                later; exchanging one replaces its subnets.
            task_subnet_type: `PUBLIC` leaves the private subnets out; tasks then need public addresses to reach the
                internet. A change between the two private types keeps the subnets.
            nat_gateways: how many; `PRIVATE_WITH_EGRESS` needs at least one, the other types take none.

        Raises:
            ValueError: NAT gateways without subnets that use them, or the other way about.
        """
        super().__init__(scope, id)
        if (nat_gateways > 0) != (task_subnet_type is ec2.SubnetType.PRIVATE_WITH_EGRESS):
            raise ValueError(f"{task_subnet_type.name} subnets do not go with {nat_gateways} NAT gateways")
        public = task_subnet_type is ec2.SubnetType.PUBLIC
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            availability_zones=list(availability_zones),
            # Ranges are kept for what is not there yet: a subnet whose range changes would have to be replaced by one
            # that overlaps it, which AWS refuses.
            reserved_azs=max(0, ROOM_FOR_ZONES - len(availability_zones)),
            nat_gateways=nat_gateways,
            subnet_configuration=[
                # What needs a public address asks for one: tasks through their service, NAT gateways for an Elastic IP.
                ec2.SubnetConfiguration(
                    name="Public", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(
                    name="Tasks",
                    subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS if public else task_subnet_type,
                    reserved=public,
                ),
            ],
            restrict_default_security_group=True,
        )
        self.public_subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
        self.task_subnets = ec2.SubnetSelection(subnet_type=task_subnet_type)
        self._acknowledge()

    def _acknowledge(self) -> None:
        for subnet in self.vpc.public_subnets:
            acknowledge(
                subnet,
                "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW",
                "The route is what makes the subnet public, as an internet-facing load balancer and NAT gateways need "
                "it; what may be reached there is for security groups to say.",
            )
        acknowledge_custom_resource_function(
            Stack.of(self).node.find_child("Custom::VpcRestrictDefaultSGCustomResourceProvider")
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
        self.log_group = log_group(self, retention=retention, removal_policy=removal_policy)
        flow_log = ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(self.log_group),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )
        acknowledge_inline_policies(flow_log)
