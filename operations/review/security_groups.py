"""What security groups let through, and did not before."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from operations.review.policies import Describe
from operations.review.report import Broadening
from operations.review.resources import Key, Resource, Resources
from operations.review.values import children, pointers

INGRESS = "AWS::EC2::SecurityGroupIngress"
ALL_PROTOCOLS = "-1"
ANYWHERE = "0.0.0.0/0"

NOWHERE = "255.255.255.255/32"
"""The CDK's rule for a group that may send nothing: without any, EC2 would let everything out."""

PEERS = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationSecurityGroupId",
    "DestinationPrefixListId",
)
"""The properties of a rule of which one says whom it is about."""


@dataclass(frozen=True)
class Rule:
    """What one rule of a security group lets through.

    Attributes:
        inward: towards what is in the group, otherwise out of it.
        ports: first and last, as text; empty for all.
        peer: an address range, or another group.
    """

    inward: bool
    protocol: str
    ports: tuple[str, str]
    peer: str

    def covers(self, other: "Rule") -> bool:
        """Whether this one lets through all that the other one does."""
        return (
            self.inward == other.inward
            and self.protocol in {ALL_PROTOCOLS, other.protocol}
            and (self.protocol == ALL_PROTOCOLS or _within(other.ports, self.ports))
            and (self.peer == other.peer or _is_part(other.peer, self.peer))
        )

    def __str__(self) -> str:
        first, last = self.ports
        ports = "" if first in {"", "-1"} else f" port {first}" if first == last else f" ports {first} to {last}"
        traffic = "all traffic" if self.protocol == ALL_PROTOCOLS else f"{self.protocol}{ports or ' on all ports'}"
        return f"admits {traffic} from {self.peer}" if self.inward else f"may send {traffic} to {self.peer}"


def broadened_groups(base: Resources, head: Resources) -> Iterator[Broadening]:
    """Every rule in HEAD that lets through what no rule of the group did in BASE."""
    before, after = _rules(base), _rules(head)
    for key, resource in head.items():
        known = base.get(key)
        for rule in after.get(key, ()):
            if rule.peer != NOWHERE and not any(former.covers(rule) for former in before.get(key, ())):
                yield Broadening(
                    environment=resource.environment,
                    stack=resource.stack,
                    resource=(known or resource).path,
                    logical_id=resource.logical_id,
                    grant=str(rule),
                    new=known is None,
                )


def _rules(resources: Resources) -> Mapping[Key, list[Rule]]:
    """By group; a rule of a group that is not in the app is by itself."""
    rules: dict[Key, list[Rule]] = {}
    for resource in resources.values():
        for key, rule in _of(resource, partial(resources.described, stack_key=resource.key[0])):
            rules.setdefault(key, []).append(rule)
    return rules


def _of(resource: Resource, describe: Describe) -> Iterator[tuple[Key, Rule]]:
    properties = resource.properties
    match resource.type:
        case "AWS::EC2::SecurityGroup":
            for name, inward in (("SecurityGroupIngress", True), ("SecurityGroupEgress", False)):
                for _, each in children(properties.get(name, [])):
                    yield resource.key, _rule(each, describe, inward=inward)
            if not properties.get("SecurityGroupEgress"):  # EC2's default, as long as the template gives no rule
                yield resource.key, Rule(inward=False, protocol=ALL_PROTOCOLS, ports=("", ""), peer=ANYWHERE)
        case "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress":
            group = next((pointer.target for _, pointer in pointers(properties.get("GroupId"))), resource.key)
            yield group, _rule(properties, describe, inward=resource.type == INGRESS)


def _rule(properties: Any, describe: Describe, *, inward: bool) -> Rule:
    values = {name: describe(value) for name, value in children(properties)}
    return Rule(
        inward=inward,
        protocol=values.get("IpProtocol", ALL_PROTOCOLS),
        ports=(values.get("FromPort", ""), values.get("ToPort", "")),
        peer=next((values[name] for name in PEERS if name in values), "anywhere"),
    )


def _within(ports: tuple[str, str], others: tuple[str, str]) -> bool:
    if others in {ports, ("", "")}:
        return True
    try:
        (first, last), (from_, to) = map(int, ports), map(int, others)
    except ValueError:
        return False  # made of a parameter, or all ports
    return from_ <= first and last <= to


def _is_part(peer: str, of: str) -> bool:
    try:
        return ipaddress.ip_network(peer).subnet_of(ipaddress.ip_network(of))  # type: ignore[arg-type]  # the versions may differ: a TypeError
    except (TypeError, ValueError):
        return False
