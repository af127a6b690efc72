"""The network of one environment: a VPC of its own, or one that exists already."""

from ipaddress import IPv4Network
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from configuration.errors import KeyedValueError
from configuration.types import Ipv4Cidr, Section, SubnetId, VpcId

# The largest VPC that AWS allows ("VPC CIDR blocks"), and the smallest that holds two subnets in each of three zones
# with room for tasks.
MIN_PREFIX, MAX_PREFIX = 16, 24

# What AWS allows for a VPC, which an existing one may use to the full: likewise.
MIN_VPC_PREFIX, MAX_VPC_PREFIX = 16, 28


class ExistingVpc(Section):
    """`[environments.NAME.network.existing_vpc]`: a VPC that somebody else looks after.

    It is taken as written down, without a look-up: its subnets have the routes that tasks need, to the image registry,
    CloudWatch Logs and the secrets.

    Attributes:
        cidr: of the VPC; the load balancer's addresses are in it.
        public_subnet_ids: of the load balancer, one for each availability zone, in their order.
        task_subnet_ids: of the tasks, likewise.
        public_addresses: whether tasks get public addresses, without which they reach nothing from a public subnet.
    """

    id: VpcId
    cidr: Ipv4Cidr
    public_addresses: bool = False
    public_subnet_ids: tuple[SubnetId, ...] = Field(strict=False)
    task_subnet_ids: tuple[SubnetId, ...] = Field(strict=False)

    @field_validator("cidr")
    @classmethod
    def _cidr_is_one_of_a_vpc(cls, cidr: IPv4Network) -> IPv4Network:
        return _within(cidr, MIN_VPC_PREFIX, MAX_VPC_PREFIX)

    @field_validator("public_subnet_ids", "task_subnet_ids")
    @classmethod
    def _subnets_differ(cls, subnets: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(subnets)) != len(subnets):
            raise ValueError(f"must differ from each other, are {', '.join(subnets)}")
        return subnets

    @field_validator("task_subnet_ids")
    @classmethod
    def _tasks_in_public_subnets_have_public_addresses(
        cls, subnets: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        shared = [subnet for subnet in subnets if subnet in info.data.get("public_subnet_ids", ())]
        if shared and info.data.get("public_addresses") is False:
            raise ValueError(
                f"must not be public ones ({', '.join(shared)}) without public_addresses = true: tasks in them would "
                "reach no registry"
            )
        return subnets


class Network(Section):
    """`[environments.NAME.network]`: the VPC.

    Attributes:
        existing_vpc: omitted, the environment gets a VPC of its own; given, the other keys must be left out.
        cidr: /16 to /24, so that two subnets in each of three zones fit; required for a VPC of its own.
        nat: how tasks reach the internet. `none`: they sit in public subnets; `gateway`: one NAT gateway;
            `gateway_per_az`: one in each zone; `endpoints`: not at all, they reach AWS through VPC endpoints.
        flow_logs: accepted and rejected traffic goes to CloudWatch Logs.
    """

    existing_vpc: ExistingVpc | None = None
    cidr: Ipv4Cidr | None = Field(default=None, validate_default=True)
    nat: Literal["none", "gateway", "gateway_per_az", "endpoints"] = "gateway"
    flow_logs: bool = True

    @field_validator("cidr")
    @classmethod
    def _cidr_leaves_room(cls, cidr: IPv4Network | None, info: ValidationInfo) -> IPv4Network | None:
        if cidr is not None:
            return _within(cidr, MIN_PREFIX, MAX_PREFIX)
        if info.data.get("existing_vpc", ...) is None:  # neither given nor wrong
            raise ValueError("is required")
        return None

    @model_validator(mode="after")
    def _an_existing_vpc_is_as_it_is(self) -> Self:
        given = self.given & {"cidr", "nat", "flow_logs"}
        if self.existing_vpc and given:
            raise KeyedValueError(
                ("existing_vpc",),
                f"must not be given together with {' and '.join(sorted(given))}, which describe a VPC of its own",
            )
        return self

    @property
    def vpc_cidr(self) -> IPv4Network:
        """The addresses of the VPC of either kind."""
        cidr = self.existing_vpc.cidr if self.existing_vpc else self.cidr
        assert cidr is not None  # noqa: S101 - a Network without both is never made
        return cidr

    @property
    def public_addresses(self) -> bool:
        """Whether tasks get public addresses."""
        return self.existing_vpc.public_addresses if self.existing_vpc else self.nat == "none"


def _within(cidr: IPv4Network, smallest: int, largest: int) -> IPv4Network:
    if not smallest <= cidr.prefixlen <= largest:
        raise ValueError(f"must be a /{smallest} to /{largest} network, is {str(cidr)!r}")
    return cidr
