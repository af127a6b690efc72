"""The picture of the network has the security groups of prod, and every rule of theirs with its ports."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.architecture.document import ENVIRONMENT, chart
from tests.conftest import Template, resources

INTERNET, BALANCER, ALL = "internet", "load balancer", "all"

Rule = tuple[str, str, str]


class Groups:
    """The security groups of an environment, called as what they protect."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = {name: each for name, each in templates.items() if f"-{ENVIRONMENT}-" in name}
        self._names = dict(self._protecting())

    def _protecting(self) -> Iterator[tuple[tuple[str, str], str]]:
        for stack, template in self._templates.items():
            for balancer in resources(template, "AWS::ElasticLoadBalancingV2::LoadBalancer"):
                for group in balancer["SecurityGroups"]:
                    yield self._place(stack, group), BALANCER
            for service in resources(template, "AWS::ECS::Service"):
                for group in service["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]:
                    yield self._place(stack, group), service["ServiceName"]

    def _place(self, stack: str, reference: Mapping[str, Any]) -> tuple[str, str]:
        """The stack and the logical id that a reference to a group leads to."""
        if "Fn::GetStackOutput" in reference:
            output = reference["Fn::GetStackOutput"]
            other = output["StackName"]
            return self._place(other, self._templates[other]["Outputs"][output["OutputName"]]["Value"])
        return stack, reference["Fn::GetAtt"][0]

    def called(self, stack: str, reference: Mapping[str, Any]) -> str:
        return self._names[self._place(stack, reference)]

    def rules(self) -> Iterator[Rule]:
        """From whom to whom, and through which port."""
        for stack, template in self._templates.items():
            for logical_id, resource in template["Resources"].items():
                properties = resource.get("Properties", {})
                match resource["Type"].removeprefix("AWS::EC2::SecurityGroup"):
                    case "":
                        own = self._names[stack, logical_id]
                        yield from self._written_in(stack, own, properties)
                    case "Ingress":
                        own = self.called(stack, properties["GroupId"])
                        yield self._other(stack, properties, "Source"), own, port(properties)
                    case "Egress":
                        own = self.called(stack, properties["GroupId"])
                        yield own, self._other(stack, properties, "Destination"), port(properties)

    def _written_in(self, stack: str, own: str, group: Mapping[str, Any]) -> Iterator[Rule]:
        for rule in group.get("SecurityGroupIngress", []):
            yield self._other(stack, rule, "Source"), own, port(rule)
        for rule in group.get("SecurityGroupEgress", []):
            yield own, self._other(stack, rule, "Destination"), port(rule)

    def _other(self, stack: str, rule: Mapping[str, Any], side: str) -> str:
        if rule.get("CidrIp") == "0.0.0.0/0":
            return INTERNET
        return self.called(stack, rule[f"{side}SecurityGroupId"])


def port(rule: Mapping[str, Any]) -> str:
    """The one port of a rule, or that it has all."""
    if rule["IpProtocol"] == "-1":
        return ALL
    assert (rule["IpProtocol"], rule["FromPort"]) == ("tcp", rule["ToPort"])
    return str(rule["FromPort"])


@pytest.fixture(scope="module")
def groups(templates: Mapping[str, Template]) -> Groups:
    return Groups(templates)


def test_the_arrows_are_the_rules_of_the_security_groups(groups: Groups) -> None:
    picture = chart("Network")
    shown = [
        (picture.title(edge.start), picture.title(edge.end), each)
        for edge in picture.edges
        for each in edge.label.split(", ")
    ]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(groups.rules())


def test_tasks_have_no_public_address(templates: Mapping[str, Template]) -> None:
    for stack in ("service", "dashboards"):
        for service in resources(templates[f"slipway-{ENVIRONMENT}-{stack}"], "AWS::ECS::Service"):
            assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"
