"""What EC2 knows of ways out of a subnet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


@dataclass(frozen=True)
class Route:
    """A route of a route table.

    Attributes:
        destination: an IPv4 range; empty for one that goes by IPv6 or by a prefix list.
        target: such as `nat-0123` or `igw-0123`.
        usable: False if its target is gone.
    """

    destination: str
    target: str
    usable: bool


@dataclass(frozen=True)
class Subnet:
    """A subnet and the routes that hold in it.

    Attributes:
        route_table: id of the table that is associated with it, or else the VPC's main one; empty if there is none.
    """

    id: str
    vpc: str
    zone: str
    route_table: str
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint that is ready for use.

    Attributes:
        service: such as `com.amazonaws.eu-central-1.ecr.api`.
        interface: whether it is an interface endpoint; otherwise a gateway endpoint.
        private_dns: whether the service's own name leads to it; gateway endpoints need none.
        route_tables: that lead to a gateway endpoint.
    """

    service: str
    interface: bool
    private_dns: bool
    route_tables: tuple[str, ...]


_TARGETS = (
    "NatGatewayId",
    "GatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "EgressOnlyInternetGatewayId",
    "CoreNetworkArn",
)


class Ec2:
    """EC2 in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: EC2Client = aws.client("ec2")

    def zones(self) -> list[str]:
        """The availability zones that this account can use in this region, in order; no local or wavelength zones."""
        found = self._client.describe_availability_zones(
            Filters=[
                {"Name": "state", "Values": ["available"]},
                {"Name": "zone-type", "Values": ["availability-zone"]},
            ]
        )
        return sorted(each.get("ZoneName", "") for each in found["AvailabilityZones"])

    def subnets(self, ids: Sequence[str]) -> list[Subnet]:
        """These subnets with their routes."""
        found = self._client.describe_subnets(SubnetIds=list(ids))["Subnets"]
        vpcs = sorted({each["VpcId"] for each in found})
        pages = self._client.get_paginator("describe_route_tables").paginate(
            Filters=[{"Name": "vpc-id", "Values": vpcs}]
        )
        by_subnet: dict[str, str] = {}
        main: dict[str, str] = {}
        routes: dict[str, tuple[Route, ...]] = {}
        for table in (table for page in pages for table in page["RouteTables"]):
            routes[table["RouteTableId"]] = tuple(_route(dict(each)) for each in table.get("Routes", []))
            for association in table.get("Associations", []):
                if "SubnetId" in association:
                    by_subnet[association["SubnetId"]] = table["RouteTableId"]
                elif association.get("Main"):
                    main[table["VpcId"]] = table["RouteTableId"]
        subnets = []
        for each in found:
            table_id = by_subnet.get(each["SubnetId"], main.get(each["VpcId"], ""))
            subnets.append(
                Subnet(
                    each["SubnetId"],
                    each["VpcId"],
                    each.get("AvailabilityZone", ""),
                    table_id,
                    routes.get(table_id, ()),
                )
            )
        return subnets

    def endpoints(self, vpc: str) -> list[Endpoint]:
        """The endpoints of that VPC that are ready for use."""
        pages = self._client.get_paginator("describe_vpc_endpoints").paginate(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}]
        )
        return [
            Endpoint(
                service=each["ServiceName"],
                interface=each.get("VpcEndpointType") == "Interface",
                private_dns=bool(each.get("PrivateDnsEnabled")),
                route_tables=tuple(each.get("RouteTableIds", [])),
            )
            for page in pages
            for each in page["VpcEndpoints"]
            if each.get("State", "").lower() == "available"  # the API reference spells it with a capital, the API not
        ]


def _route(route: dict[str, object]) -> Route:
    target = next((str(route[key]) for key in _TARGETS if route.get(key)), "")
    return Route(str(route.get("DestinationCidrBlock", "")), target, usable=route.get("State", "active") == "active")
