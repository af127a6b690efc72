"""Templates by hand, and what is billed of them."""

from collections.abc import Mapping
from typing import Any

from operations.cost.estimate import Estimate, estimate
from operations.cost.profile import Profile

REGION = "us-east-1"
QUIET = Profile(
    requests=0,
    gigabytes_out=0,
    gigabytes_processed=0,
    log_gigabytes=0,
    flow_log_gigabytes=0,
    firewall_log_gigabytes=0,
    image_gigabytes=0,
    emails=0,
)
FARGATE = {"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "DISABLED"}}, "LaunchType": "FARGATE"}

Given = tuple[str, Mapping[str, Any]]
"""Type and properties of a resource."""


def estimate_of(resources: Mapping[str, Given], profile: Profile = QUIET, region: str = REGION) -> Estimate:
    """The estimate of a template with these resources, by logical id."""
    template = {"Resources": {name: {"Type": kind, "Properties": given} for name, (kind, given) in resources.items()}}
    return estimate({"Stack": template}, profile, region=region)


def of(profile: Profile = QUIET, /, **resources: Given) -> Estimate:
    """Likewise, in us-east-1."""
    return estimate_of(resources, profile)


def billed(found: Estimate) -> dict[str, tuple[str, str]]:
    """Quantity and USD by item."""
    return {item.name: (f"{item.quantity.normalize():f}", str(item.monthly_usd)) for item in found.items}


def service(**properties: Any) -> Given:
    """A service on Fargate whose task definition has the id `Definition`."""
    return "AWS::ECS::Service", FARGATE | {"TaskDefinition": {"Ref": "Definition"}} | properties


def definition(cpu: int = 512, memory: int = 1024, **properties: Any) -> Given:
    """A task definition with one container."""
    containers = {"ContainerDefinitions": [{"Name": "service"}]}
    return "AWS::ECS::TaskDefinition", containers | {"Cpu": str(cpu), "Memory": str(memory)} | properties


def target(minimum: int, **properties: Any) -> Given:
    """What scales the service with the id `Service`."""
    resource_id = {"Fn::Join": ["/", ["service", {"Ref": "Cluster"}, {"Fn::GetAtt": ["Service", "Name"]}]]}
    bounds = {"MinCapacity": minimum, "MaxCapacity": 10, "ResourceId": resource_id}
    return "AWS::ApplicationAutoScaling::ScalableTarget", bounds | properties
