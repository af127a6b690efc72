"""The listener for whoever looks at the next release: who reaches it, and what it answers."""

from collections.abc import Sequence

import pytest
from aws_cdk import Stack
from aws_cdk import aws_certificatemanager as acm

from slipway_constructs.load_balancing import test_listener
from slipway_constructs.load_balancing.ingress import TLS_POLICY
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, reference
from tests.slipway_constructs.load_balancing.balancing import (
    CERTIFICATE,
    LISTENER,
    LOAD_BALANCER,
    RULE,
    TARGETS,
    some_load_balancer,
    some_targets,
)


def listener_in(stack: Stack, *, certificate: bool = True, cidrs: Sequence[str] = ("10.7.0.0/16",)) -> None:
    vpc = existing_vpc(stack)
    test_listener.TestListener(
        stack,
        "TestListener",
        load_balancer=some_load_balancer(stack, vpc),
        port=9001,
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE) if certificate else None,
        client_cidrs=cidrs,
        targets=some_targets(stack, vpc, "Targets"),
        alternate_targets=some_targets(stack, vpc, "Alternate"),
    )


def test_exactly_the_given_addresses_reach_it() -> None:
    stack = new_stack()
    listener_in(stack, cidrs=["10.7.0.0/16", "192.0.2.7/32"])
    rules = only(stack, "AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert [(each["CidrIp"], each["IpProtocol"], each["FromPort"], each["ToPort"]) for each in rules] == [
        ("10.7.0.0/16", "tcp", 9001, 9001),
        ("192.0.2.7/32", "tcp", 9001, 9001),
    ]


def test_it_refuses_to_be_open_to_everybody() -> None:
    with pytest.raises(ValueError, match=r"not for everybody: client_cidrs must not hold '0\.0\.0\.0/0'"):
        listener_in(new_stack(), cidrs=["10.7.0.0/16", "0.0.0.0/0"])


def test_with_a_certificate_it_is_encrypted_as_production_is() -> None:
    stack = new_stack()
    listener_in(stack)
    listener = only(stack, LISTENER)
    assert listener["LoadBalancerArn"] == reference(stack, LOAD_BALANCER)
    assert (listener["Protocol"], listener["Port"]) == ("HTTPS", 9001)
    assert listener["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert listener["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    assert TLS_POLICY.name == "TLS13_12_RES_PQ"


def test_without_a_certificate_it_serves_plain_http() -> None:
    stack = new_stack()
    listener_in(stack, certificate=False)
    listener = only(stack, LISTENER)
    assert (listener["Protocol"], listener["Port"]) == ("HTTP", 9001)
    assert listener.keys().isdisjoint({"Certificates", "SslPolicy"})


def test_every_path_goes_to_the_targets_until_ecs_shifts_it_also_those_that_are_private_in_production() -> None:
    stack = new_stack()
    listener_in(stack)
    rule = only(stack, RULE)
    assert rule["ListenerArn"] == reference(stack, LISTENER)
    assert rule["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]
    (action,) = rule["Actions"]
    assert action["ForwardConfig"]["TargetGroups"] == [
        {"TargetGroupArn": reference(stack, TARGETS), "Weight": 100},
        {"TargetGroupArn": reference(stack, TARGETS, nth=1), "Weight": 0},
    ]


def test_what_no_rule_takes_reaches_no_task() -> None:
    stack = new_stack()
    listener_in(stack)
    (action,) = only(stack, LISTENER)["DefaultActions"]
    assert (action["Type"], action["FixedResponseConfig"]["StatusCode"]) == ("fixed-response", "404")
