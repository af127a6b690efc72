"""The network of one environment: a VPC of its own, or one that exists."""

from aws_cdk import Stack, Validations
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from configuration import Environment
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.networking.existing_network import ExistingNetwork
from slipway_constructs.networking.network import FlowLogs, Network
from slipway_constructs.networking.vpc_endpoints import EndpointService, VpcEndpoints
from stacks.environment_stack import EnvironmentStack
from stacks.retention import log_retention, removal_policy

SUBNET_TYPES = {
    "none": ec2.SubnetType.PUBLIC,
    "gateway": ec2.SubnetType.PRIVATE_WITH_EGRESS,
    "gateway_per_az": ec2.SubnetType.PRIVATE_WITH_EGRESS,
    "endpoints": ec2.SubnetType.PRIVATE_ISOLATED,
}


class NetworkStack(EnvironmentStack):
    """The VPC, and how its tasks reach what they need; not for an environment with an existing VPC.

    What each `nat` costs, and what it leaves of a rollback when a zone fails, is told at `Network` and `VpcEndpoints`.

    Attributes:
        network: the VPC, and where load balancer and tasks go in it.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        """Create the network that the environment describes."""
        super().__init__(scope, id, environment=environment, description=f"Network of {environment.name}.")
        self._zones = zones = list(environment.availability_zones)
        nat = environment.network.nat
        self.network = Network(
            self,
            "Network",
            cidr=str(environment.network.vpc_cidr),
            availability_zones=zones,
            task_subnet_type=SUBNET_TYPES[nat],
            nat_gateways={"gateway": 1, "gateway_per_az": len(zones)}.get(nat, 0),
        )
        acknowledge(
            self,
            "CloudFormation-Validate::W3010",
            "slipway.toml names the zones, so that synthesis needs neither credentials nor a look-up.",
        )
        if nat == "endpoints":
            self._add_endpoints(environment)
        if nat == "gateway":
            Validations.of(self).add_warning(
                "Slipway::SingleNatGateway",
                f"All zones of {environment.name} share one NAT gateway: when its zone fails, tasks elsewhere run on, "
                "but none starts, not even one of a rollback. Set network.nat to 'gateway_per_az' in slipway.toml.",
            )
        self._add_flow_logs(environment)

    def _add_endpoints(self, environment: Environment) -> None:
        """One for every service but that of ECS Exec, which nothing else needs.

        Those of secrets are there even if no secret is: a rollback may bring back a task definition that has one.
        """
        services = set(EndpointService)
        if not environment.task.exec:
            services.remove(EndpointService.SSM_MESSAGES)
        VpcEndpoints(
            self,
            "Endpoints",
            vpc=self.network.vpc,
            cidr=str(environment.network.vpc_cidr),
            subnets=self.network.task_subnets,
            services=services,
        )

    def _add_flow_logs(self, environment: Environment) -> None:
        if environment.network.flow_logs:
            FlowLogs(
                self,
                "FlowLogs",
                vpc=self.network.vpc,
                retention=log_retention(environment),
                removal_policy=removal_policy(environment),
            )
        else:
            for finding in ("AwsSolutions-VPC7", "NIST.800.53.R5-VPCFlowLogsEnabled"):
                acknowledge(
                    self.network.vpc,
                    finding,
                    f"slipway.toml turns flow logs off in {environment.name}: they are billed by volume.",
                )

    @property
    def availability_zones(self) -> list[str]:
        """Those of the configuration; CDK would ask AWS for them, even if the VPC names its own."""
        return self._zones


def existing_network(stack: Stack, environment: Environment) -> ExistingNetwork:
    """The existing VPC of that environment, within the stack that uses it.

    It makes no resources, and CloudFormation takes no stack without any; so it has no stack of its own.

    Raises:
        ValueError: the environment has a VPC of its own, in its `NetworkStack`.
    """
    vpc = environment.network.existing_vpc
    if vpc is None:
        raise ValueError(f"{environment.name} has no existing VPC")
    existing = ExistingNetwork(
        stack,
        "Network",
        vpc_id=vpc.id,
        cidr=str(vpc.cidr),
        availability_zones=environment.availability_zones,
        public_subnet_ids=vpc.public_subnet_ids,
        task_subnet_ids=vpc.task_subnet_ids,
    )
    acknowledge(
        existing,
        "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId",
        "Nothing is added to the route tables of an existing VPC, so slipway.toml does not name them.",
    )
    return existing
