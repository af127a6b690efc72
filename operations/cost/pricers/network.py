"""The ways in and out of a VPC that are billed."""

from collections.abc import Iterator
from decimal import Decimal

from operations.cost.profile import HOURS, Profile
from operations.cost.resources import Resource, Resources
from operations.cost.usage import NotPriced, Pricer, Usage

NAT_GATEWAY = "AWS::EC2::NatGateway"
ADDRESS = "AWS::EC2::EIP"
ENDPOINT = "AWS::EC2::VPCEndpoint"


def _usages(resources: Resources, profile: Profile) -> Iterator[Usage | NotPriced]:
    gateways = len(resources.of(NAT_GATEWAY))
    processed = Decimal(str(profile.gigabytes_processed))
    if gateways:
        yield Usage("NAT gateways", "nat_gateway", Decimal(gateways * HOURS))
        yield Usage("NAT gateways, data", "nat_gateway_processing", processed)
    if addresses := len(resources.of(ADDRESS)):
        yield Usage("Elastic IP addresses", "public_ipv4", Decimal(addresses * HOURS))
    yield from _endpoints(resources.of(ENDPOINT), Decimal(0) if gateways else processed)


def _endpoints(endpoints: list[Resource], processed: Decimal) -> Iterator[Usage | NotPriced]:
    """An endpoint of type `Gateway`, the default, costs nothing."""
    interfaces = [each for each in endpoints if each.properties.get("VpcEndpointType") == "Interface"]
    if interfaces:
        zones = sum(len(each.properties.get("SubnetIds", [])) for each in interfaces)
        yield Usage("Interface endpoints, by zone", "interface_endpoint", Decimal(zones * HOURS))
        if processed:
            yield Usage("Interface endpoints, data", "interface_endpoint_processing", processed)
    for endpoint in endpoints:
        kind = endpoint.properties.get("VpcEndpointType", "Gateway")
        if kind not in {"Interface", "Gateway"}:
            yield NotPriced(f"{ENDPOINT} {endpoint.id}", f"the price table has no {kind} endpoints")


PRICER = Pricer(frozenset({NAT_GATEWAY, ADDRESS, ENDPOINT}), _usages)
