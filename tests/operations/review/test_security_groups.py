"""Security groups that let more through."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.operations.review.review_assemblies import Resources, attribute, resource, reviewed

NOTHING_OUT = {"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}


def group(inward: Mapping[str, Any] | None = None, outward: Mapping[str, Any] = NOTHING_OUT) -> Resources:
    rules: dict[str, Any] = {"SecurityGroupIngress": [inward]} if inward else {}
    return {
        "Group": resource(
            "AWS::EC2::SecurityGroup",
            "Tasks/Group/Resource",
            GroupDescription="Tasks",
            SecurityGroupEgress=[outward],
            **rules,
        )
    }


def rule(first: int, last: int, peer: str, protocol: str = "tcp") -> dict[str, Any]:
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last, "CidrIp": peer}


def admitted(folder: Path, before: Resources, after: Resources) -> list[str]:
    return [each.grant for each in reviewed(folder, before, after).broadenings]


@pytest.mark.parametrize(
    ("after", "grant"),
    [
        (rule(443, 443, "0.0.0.0/0"), "admits tcp port 443 from 0.0.0.0/0"),
        (rule(443, 443, "10.0.0.0/8"), "admits tcp port 443 from 10.0.0.0/8"),
        (rule(80, 443, "10.1.0.0/16"), "admits tcp ports 80 to 443 from 10.1.0.0/16"),
        (rule(443, 443, "10.1.0.0/16", "udp"), "admits udp port 443 from 10.1.0.0/16"),
        ({"IpProtocol": "-1", "CidrIp": "10.1.0.0/16"}, "admits all traffic from 10.1.0.0/16"),
        (
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv6": "::/0"},
            "admits tcp port 443 from ::/0",
        ),
    ],
)
def test_a_wider_rule_is_reported(after: dict[str, Any], grant: str, tmp_path: Path) -> None:
    assert admitted(tmp_path, group(rule(443, 443, "10.1.0.0/16")), group(after)) == [grant]


@pytest.mark.parametrize(
    "after",
    [
        rule(1000, 2000, "10.1.0.0/16"),
        rule(1500, 1500, "10.1.0.0/16"),
        rule(1000, 2000, "10.1.2.0/24"),
        rule(1000, 2000, "10.1.0.0/16") | {"Description": "Said otherwise"},
        None,
    ],
)
def test_the_same_or_a_narrower_rule_is_not(after: dict[str, Any] | None, tmp_path: Path) -> None:
    assert admitted(tmp_path, group(rule(1000, 2000, "10.1.0.0/16")), group(after)) == []


def test_a_rule_of_its_own_belongs_to_its_group(tmp_path: Path) -> None:
    peer = {"Peer": resource("AWS::EC2::SecurityGroup", "Peer/Resource", SecurityGroupEgress=[NOTHING_OUT])}
    before = group() | peer
    after = before | {
        "Rule": resource(
            "AWS::EC2::SecurityGroupIngress",
            "Tasks/Group/from Peer:8000",
            GroupId=attribute("Group", "GroupId"),
            IpProtocol="tcp",
            FromPort=8000,
            ToPort=8000,
            SourceSecurityGroupId=attribute("Peer", "GroupId"),
        )
    }
    (broadening,) = reviewed(tmp_path, before, after).broadenings
    assert (broadening.resource, broadening.grant, broadening.new) == (
        "Tasks/Group",
        "admits tcp port 8000 from ${Peer.GroupId}",
        False,
    )


def test_a_rule_that_moves_into_its_group_is_not_reported(tmp_path: Path) -> None:
    alone = resource(
        "AWS::EC2::SecurityGroupIngress",
        "Tasks/Group/Rule",
        GroupId=attribute("Group", "GroupId"),
        **rule(443, 443, "10.0.0.0/8"),
    )
    assert admitted(tmp_path, group() | {"Rule": alone}, group(rule(443, 443, "10.0.0.0/8"))) == []


def test_a_rule_of_a_group_from_elsewhere_is_reported_as_the_rule(tmp_path: Path) -> None:
    alone = resource("AWS::EC2::SecurityGroupIngress", "Rule", GroupId="sg-1", **rule(443, 443, "0.0.0.0/0"))
    (broadening,) = reviewed(tmp_path, {}, {"Rule": alone}).broadenings
    assert (broadening.resource, broadening.new) == ("Rule", True)


def test_traffic_that_may_leave_from_now_on_is_reported(tmp_path: Path) -> None:
    after = group(outward=rule(443, 443, "0.0.0.0/0"))
    assert admitted(tmp_path, group(), after) == ["may send tcp port 443 to 0.0.0.0/0"]


def test_a_rule_inwards_allows_nothing_outwards(tmp_path: Path) -> None:
    inward = group(rule(443, 443, "10.0.0.0/8"))
    assert admitted(tmp_path, inward, group(rule(443, 443, "10.0.0.0/8"), rule(443, 443, "10.0.0.0/8"))) == [
        "may send tcp port 443 to 10.0.0.0/8"
    ]


def test_a_new_group_that_lets_nothing_through_is_not_reported(tmp_path: Path) -> None:
    assert admitted(tmp_path, {}, group()) == []


def test_a_group_without_any_rule_outwards_lets_everything_out(tmp_path: Path) -> None:
    """EC2's own default."""
    after = {"Group": resource("AWS::EC2::SecurityGroup", "Tasks/Group/Resource", GroupDescription="Tasks")}
    assert admitted(tmp_path, group(), after) == ["may send all traffic to 0.0.0.0/0"]
