"""The load balancer: which traffic it takes, what it writes down, and how fast it sees a task come and go."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk.assertions import Match, Template

from slipway_constructs.ingress import Ingress
from tests.conftest import resources
from tests.slipway_constructs import dockerfile
from tests.slipway_constructs.conftest import (
    ACCOUNT,
    PUBLIC_SUBNETS,
    REGION,
    existing_vpc,
    new_stack,
    only,
    reference,
    template_of,
)

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/01234567-89ab-cdef-0123-456789abcdef"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


def ingress_in(stack: Stack, *, certificate: bool = True, policy: RemovalPolicy = RemovalPolicy.RETAIN) -> Ingress:
    return Ingress(
        stack,
        "Ingress",
        vpc=existing_vpc(stack),
        target_port=8000,
        health_path="/health/ready",
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE) if certificate else None,
        removal_policy=policy,
    )


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    ingress_in(stack)
    return stack


def attributes(properties: dict[str, Any], key: str) -> dict[str, Any]:
    return {each["Key"]: each["Value"] for each in properties[key]}


def open_ports(stack: Stack) -> set[int]:
    """Those that the load balancer's security group lets everybody reach."""
    rules = only(stack, "AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert all(rule["FromPort"] == rule["ToPort"] for rule in rules)
    return {rule["FromPort"] for rule in rules if rule["CidrIp"] == "0.0.0.0/0"}


def test_with_a_certificate_traffic_is_encrypted_and_forwarded_to_the_targets(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        LISTENER,
        {
            "Protocol": "HTTPS",
            "Port": 443,
            "Certificates": [{"CertificateArn": CERTIFICATE}],
            "SslPolicy": Match.string_like_regexp("^ELBSecurityPolicy-TLS13-1-2-"),
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": reference(stack, TARGETS)}],
        },
    )


def test_with_a_certificate_plain_http_is_only_redirected(stack: Stack) -> None:
    (plain,) = [each for each in resources(template_of(stack), LISTENER) if each["Protocol"] == "HTTP"]
    assert plain["Port"] == 80
    assert plain["DefaultActions"] == [
        {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    ]
    assert open_ports(stack) == {80, 443}


def test_without_a_certificate_plain_http_is_forwarded_to_the_targets() -> None:
    stack = new_stack()
    ingress_in(stack, certificate=False)
    listener = only(stack, LISTENER)
    assert (listener["Protocol"], listener["Port"]) == ("HTTP", 80)
    assert listener["DefaultActions"] == [{"Type": "forward", "TargetGroupArn": reference(stack, TARGETS)}]
    assert open_ports(stack) == {80}


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_url_has_the_scheme_that_is_served_and_no_trailing_slash(scheme: str) -> None:
    stack = new_stack()
    url = stack.resolve(ingress_in(stack, certificate=scheme == "https").url)
    assert url == {
        "Fn::Join": ["", [f"{scheme}://", {"Fn::GetAtt": [reference(stack, LOAD_BALANCER)["Ref"], "DNSName"]}]]
    }


def test_it_faces_the_internet_in_the_public_subnets(stack: Stack) -> None:
    balancer = only(stack, LOAD_BALANCER)
    assert balancer["Scheme"] == "internet-facing"
    assert balancer["Subnets"] == list(PUBLIC_SUBNETS)


def test_headers_that_are_not_valid_are_dropped(stack: Stack) -> None:
    set_to = attributes(only(stack, LOAD_BALANCER), "LoadBalancerAttributes")
    assert set_to["routing.http.drop_invalid_header_fields.enabled"] == "true"


def test_an_idle_connection_is_closed_by_the_load_balancer_before_the_service_closes_it(stack: Stack) -> None:
    idle = attributes(only(stack, LOAD_BALANCER), "LoadBalancerAttributes")["idle_timeout.timeout_seconds"]
    assert int(idle) < int(dockerfile.read().option("--timeout-keep-alive"))


def test_access_logs_go_to_a_bucket_that_is_closed_and_takes_tls_only(stack: Stack) -> None:
    set_to = attributes(only(stack, LOAD_BALANCER), "LoadBalancerAttributes")
    assert set_to["access_logs.s3.enabled"] == "true"
    assert set_to["access_logs.s3.bucket"] == reference(stack, "AWS::S3::Bucket")
    bucket = only(stack, "AWS::S3::Bucket")
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    statements = only(stack, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    (denied,) = [each for each in statements if each["Effect"] == "Deny"]
    assert denied["Principal"] == {"AWS": "*"}
    assert denied["Action"] == "s3:*"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_access_logs_expire_after_three_months_and_stay_or_go_with_the_stack_as_told(
    policy: RemovalPolicy, rendered: str
) -> None:
    stack = new_stack()
    ingress_in(stack, policy=policy)
    Template.from_stack(stack).has_resource(
        "AWS::S3::Bucket",
        {
            "DeletionPolicy": rendered,
            "Properties": {
                "LifecycleConfiguration": {"Rules": [Match.object_like({"ExpirationInDays": 90, "Status": "Enabled"})]}
            },
        },
    )


def test_a_task_is_healthy_when_it_says_200_on_the_health_path(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        TARGETS,
        {
            "TargetType": "ip",
            "Port": 8000,
            "Protocol": "HTTP",
            "HealthCheckPath": "/health/ready",
            "Matcher": {"HttpCode": "200"},
            "HealthCheckIntervalSeconds": 5,
            "HealthCheckTimeoutSeconds": 3,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 2,
        },
    )


def test_a_rollout_waits_at_most_30_seconds_for_the_load_balancer(stack: Stack) -> None:
    targets = only(stack, TARGETS)
    until_healthy = targets["HealthyThresholdCount"] * targets["HealthCheckIntervalSeconds"]
    until_drained = int(attributes(targets, "TargetGroupAttributes")["deregistration_delay.timeout_seconds"])
    assert until_healthy + until_drained <= 30
