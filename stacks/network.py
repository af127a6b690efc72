"""The network of one environment."""

from aws_cdk import Environment as CdkEnvironment
from aws_cdk import Stack
from constructs import Construct

from configuration import Environment
from configuration.stack_names import network
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.network import FlowLogs, Network
from stacks.retention import log_retention, removal_policy


class NetworkStack(Stack):
    """The VPC.

    Attributes:
        network: the VPC, and where tasks go in it.
    """

    def __init__(self, scope: Construct, id: str, *, env: CdkEnvironment, environment: Environment) -> None:
        """Create the network that the environment describes."""
        super().__init__(
            scope, id, stack_name=network(environment.name), env=env, description=f"Network of {environment.name}."
        )
        self._zones = zones = list(environment.availability_zones)
        self.network = Network(
            self,
            "Network",
            cidr=str(environment.network.cidr),
            availability_zones=zones,
            nat_gateways={"none": 0, "gateway": 1, "gateway_per_az": len(zones)}[environment.network.nat],
        )
        acknowledge(
            self,
            "CloudFormation-Validate::W3010",
            "slipway.toml names the zones, so that synthesis needs neither credentials nor a look-up.",
        )
        if environment.network.flow_logs:
            FlowLogs(
                self,
                "FlowLogs",
                vpc=self.network.vpc,
                retention=log_retention(environment),
                removal_policy=removal_policy(environment),
            )
        else:
            acknowledge(
                self.network.vpc,
                "AwsSolutions-VPC7",
                f"slipway.toml turns flow logs off in {environment.name}: they are billed by volume.",
            )

    @property
    def availability_zones(self) -> list[str]:
        """Those of the configuration; CDK would ask AWS for them, even if the VPC names its own."""
        return self._zones
