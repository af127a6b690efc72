"""The load balancer: which traffic it takes, what it writes down, and how fast it sees a task come and go."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Match, Template

from slipway_constructs.load_balancing.ingress import Ingress
from slipway_constructs.load_balancing.production_rule import PRIORITY
from tests.conftest import resources
from tests.slipway_constructs import dockerfile
from tests.slipway_constructs.conftest import (
    PRIVATE_SUBNETS,
    PUBLIC_SUBNETS,
    existing_vpc,
    new_stack,
    only,
    reference,
    template_of,
)
from tests.slipway_constructs.load_balancing.balancing import (
    CERTIFICATE,
    LISTENER,
    LOAD_BALANCER,
    RULE,
    TARGETS,
    attributes,
)

PRIVATE_PATHS = ("/metrics", "/health/ready")

# "Quotas for your Application Load Balancers", and "Listener rules for your Application Load Balancer".
PATTERNS_OF_A_CONDITION, WILDCARDS_OF_A_RULE = 3, 5


def ingress_in(
    stack: Stack,
    *,
    subnets: ec2.SubnetType = ec2.SubnetType.PUBLIC,
    certificate: bool = True,
    host: str | None = None,
    private_paths: Sequence[str] = PRIVATE_PATHS,
    deletion_protection: bool = True,
    policy: RemovalPolicy = RemovalPolicy.RETAIN,
) -> Ingress:
    return Ingress(
        stack,
        "Ingress",
        vpc=existing_vpc(stack),
        subnets=ec2.SubnetSelection(subnet_type=subnets),
        target_port=8000,
        health_path="/health/ready",
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE) if certificate else None,
        host=host,
        private_paths=private_paths,
        deletion_protection=deletion_protection,
        access_log_retention=Duration.days(30),
        removal_policy=policy,
    )


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    ingress_in(stack)
    return stack


def open_ports(stack: Stack) -> set[int]:
    """Those that the load balancer's security group lets everybody reach."""
    rules = only(stack, "AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert all(rule["FromPort"] == rule["ToPort"] for rule in rules)
    return {rule["FromPort"] for rule in rules if rule["CidrIp"] == "0.0.0.0/0"}


def patterns(rule: dict[str, Any]) -> list[str]:
    (condition,) = rule["Conditions"]
    assert condition["Field"] == "path-pattern"
    return list(condition["PathPatternConfig"]["Values"])


def answer(stack: Stack, path: str) -> str:
    """What the production listener does with a request of that path, by the kind of its action."""
    rules = sorted(resources(template_of(stack), RULE), key=lambda rule: int(rule["Priority"]))
    taking = [rule["Actions"] for rule in rules if any(fnmatchcase(path, pattern) for pattern in patterns(rule))]
    (action,) = taking[0] if taking else resources(template_of(stack), LISTENER)[0]["DefaultActions"]
    return str(action["Type"])


def test_with_a_certificate_traffic_is_encrypted_and_forwarded_to_the_targets(stack: Stack) -> None:
    Template.from_stack(stack).has_resource_properties(
        LISTENER,
        {
            "Protocol": "HTTPS",
            "Port": 443,
            "Certificates": [{"CertificateArn": CERTIFICATE}],
            "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
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


@pytest.mark.parametrize("certificate", [True, False])
def test_the_url_has_the_name_that_clients_use(*, certificate: bool) -> None:
    url = ingress_in(new_stack(), certificate=certificate, host="api.example.com").url
    assert url == f"{'https' if certificate else 'http'}://api.example.com"


@pytest.mark.parametrize(
    ("kind", "subnets"),
    [(ec2.SubnetType.PUBLIC, PUBLIC_SUBNETS), (ec2.SubnetType.PRIVATE_WITH_EGRESS, PRIVATE_SUBNETS)],
)
def test_it_faces_the_internet_in_the_given_subnets(kind: ec2.SubnetType, subnets: Sequence[str]) -> None:
    stack = new_stack()
    ingress_in(stack, subnets=kind)
    balancer = only(stack, LOAD_BALANCER)
    assert balancer["Scheme"] == "internet-facing"
    assert balancer["Subnets"] == list(subnets)


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
def test_access_logs_expire_in_time_and_stay_or_go_with_the_stack_as_told(policy: RemovalPolicy, rendered: str) -> None:
    stack = new_stack()
    ingress_in(stack, policy=policy)
    Template.from_stack(stack).has_resource(
        "AWS::S3::Bucket",
        {
            "DeletionPolicy": rendered,
            "Properties": {
                "LifecycleConfiguration": {"Rules": [Match.object_like({"ExpirationInDays": 30, "Status": "Enabled"})]}
            },
        },
    )


def test_tasks_are_checked_on_the_health_path_of_their_port(stack: Stack) -> None:
    targets = only(stack, TARGETS)
    assert (targets["Port"], targets["HealthCheckPath"]) == (8000, "/health/ready")


@pytest.mark.parametrize("protected", [True, False])
def test_nobody_deletes_it_while_it_is_protected(*, protected: bool) -> None:
    stack = new_stack()
    ingress_in(stack, deletion_protection=protected)
    set_to = attributes(only(stack, LOAD_BALANCER), "LoadBalancerAttributes")
    assert set_to["deletion_protection.enabled"] == str(protected).lower()


def test_requests_that_two_servers_would_read_in_two_ways_are_defused(stack: Stack) -> None:
    set_to = attributes(only(stack, LOAD_BALANCER), "LoadBalancerAttributes")
    assert set_to["routing.http.desync_mitigation_mode"] == "defensive"


@pytest.mark.parametrize("certificate", [True, False])
@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics/a/b", "/health/ready", "/health/ready/"])
def test_a_private_path_and_what_is_below_it_reach_no_task(path: str, *, certificate: bool) -> None:
    stack = new_stack()
    ingress_in(stack, certificate=certificate)
    assert answer(stack, path) == "fixed-response"


@pytest.mark.parametrize("certificate", [True, False])
@pytest.mark.parametrize("path", ["/", "/health/live", "/health", "/metrics-guide", "/healthy/ready", "/my/metrics"])
def test_every_other_path_reaches_the_tasks(path: str, *, certificate: bool) -> None:
    stack = new_stack()
    ingress_in(stack, certificate=certificate)
    assert answer(stack, path) == "forward"


def test_a_private_path_is_answered_as_if_it_did_not_exist(stack: Stack) -> None:
    for rule in resources(template_of(stack), RULE):
        (action,) = rule["Actions"]
        assert action["FixedResponseConfig"] == {
            "StatusCode": "404",
            "ContentType": "text/plain",
            "MessageBody": "Not Found",
        }


def test_private_paths_are_hidden_at_the_listener_that_forwards_before_any_rule_that_forwards() -> None:
    stack = new_stack()
    ingress = ingress_in(stack, private_paths=["/a", "/b", "/c", "/d", "/e"])
    rules = resources(template_of(stack), RULE)
    assert [rule["ListenerArn"] for rule in rules] == [stack.resolve(ingress.listener.listener_arn)] * 5
    assert [rule["Priority"] for rule in rules] == [1, 2, 3, 4, 5]
    assert max(rule["Priority"] for rule in rules) < PRIORITY


def test_without_private_paths_there_is_no_rule() -> None:
    stack = new_stack()
    ingress_in(stack, private_paths=[])
    Template.from_stack(stack).resource_count_is(RULE, 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/internal/", ["/internal", "/internal/*"]),
        ("/internal/*", ["/internal/*"]),
        ("/debug*", ["/debug*"]),
        ("/*/metrics", ["/*/metrics", "/*/metrics/*"]),
        ("/", ["/*"]),
    ],
)
def test_a_rule_stays_within_what_a_listener_takes(path: str, expected: list[str]) -> None:
    stack = new_stack()
    ingress_in(stack, private_paths=[path])
    found = patterns(only(stack, RULE))
    assert found == expected
    assert len(found) <= PATTERNS_OF_A_CONDITION
    assert "".join(found).count("*") <= WILDCARDS_OF_A_RULE
