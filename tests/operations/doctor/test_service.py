"""`slipway doctor` on what stands around the tasks: ports, ways out, quota and alarms."""

from typing import Any

import pytest

from configuration import Configuration
from operations.doctor import examine
from tests.conftest import varied
from tests.operations import deployed
from tests.operations.conftest import Slipway
from tests.operations.deployed import REGION, STACK
from tests.operations.examinations import SECRET, only, routes, said, secret, with_secrets
from tests.operations.recorded_aws import RecordedAws


@pytest.mark.parametrize(
    ("group", "binding", "outcome", "line"),
    [
        ({"HealthCheckPort": "9000"}, 8000, "FAIL", "the load balancer checks port 9000, and the container listens on"),
        ({"Port": 9000}, 9000, "FAIL", "the load balancer sends to port 9000, which the container service does not"),
        ({"Port": 80}, 8000, "WARN", "the target group's own port is 80, and the container's 8000"),
    ],
)
def test_ports_that_do_not_fit_together_are_told(
    group: dict[str, Any], binding: int, outcome: str, line: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    balancers = [{"targetGroupArn": deployed.GROUP, "containerName": "service", "containerPort": binding}]
    healthy.records("DescribeServices", {"services": [deployed.service(loadBalancers=balancers)]})
    healthy.records("DescribeTargetGroups", {"TargetGroups": [deployed.target_group(**group)]})
    assert only(slipway("doctor", "dev"), outcome).startswith(f"ports: {line}")


def private(aws: RecordedAws) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-0a"], "assignPublicIp": "DISABLED"}}
    aws.records("DescribeServices", {"services": [deployed.service(networkConfiguration=network)]})
    aws.records("DescribeSubnets", {"Subnets": [{"SubnetId": "subnet-0a", "VpcId": "vpc-1"}]})


@pytest.mark.parametrize(
    ("route", "outcome", "line"),
    [
        ({"GatewayId": "igw-1", "State": "active"}, "FAIL", "is igw-1, which needs tasks with public addresses"),
        ({"NatGatewayId": "nat-1", "State": "blackhole"}, "FAIL", "its default route is nat-1, which is gone"),
        ({"TransitGatewayId": "tgw-1", "State": "active"}, "WARN", "is tgw-1: whether that leads to ecr.api, "),
    ],
)
def test_a_default_route_that_leads_nowhere_is_told(
    route: dict[str, Any], outcome: str, line: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    private(healthy)
    routes(healthy, {"DestinationCidrBlock": "0.0.0.0/0", **route})
    assert line.replace("eu-central-1.", "") in only(slipway("doctor", "dev"), outcome).replace("eu-central-1.", "")


def test_private_tasks_reach_everything_through_a_nat_gateway(healthy: RecordedAws, slipway: Slipway) -> None:
    private(healthy)
    own = [{"SubnetId": "subnet-0a", "Main": False}]
    nat = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}
    routes(healthy, nat, Associations=own)
    assert "OK    way out: subnet-0a: by way of nat-1" in said(slipway("doctor", "dev"), "OK")


def endpoint(service: str, **changes: Any) -> dict[str, Any]:
    kind = {"VpcEndpointType": "Interface", "PrivateDnsEnabled": True, "State": "available"}
    return {"ServiceName": f"com.amazonaws.{REGION}.{service}", **kind, **changes}


ENDPOINTS = [
    endpoint("ecr.api"),
    endpoint("ecr.dkr"),
    endpoint("logs"),
    endpoint("secretsmanager"),
    endpoint("s3", VpcEndpointType="Gateway", PrivateDnsEnabled=False, RouteTableIds=["rtb-1"]),
]


def test_private_tasks_without_nat_reach_everything_through_endpoints(healthy: RecordedAws, slipway: Slipway) -> None:
    private(healthy)
    routes(healthy)
    with_secrets(healthy, WHOLE=SECRET)
    secret(healthy, "hunter2")
    healthy.records("DescribeVpcEndpoints", {"VpcEndpoints": ENDPOINTS})
    assert "OK    way out: subnet-0a: by way of VPC endpoints" in said(slipway("doctor", "dev"), "OK")


@pytest.mark.parametrize(
    ("endpoints", "missing"),
    [
        (ENDPOINTS[:3], "eu-central-1.s3"),
        ([*ENDPOINTS[:4], ENDPOINTS[4] | {"RouteTableIds": ["rtb-2"]}], "eu-central-1.s3"),
        ([endpoint("ecr.api", State="pending"), *ENDPOINTS[1:]], "eu-central-1.ecr.api"),
        ([endpoint("ecr.api"), endpoint("ecr.dkr", PrivateDnsEnabled=False), *ENDPOINTS[2:]], "eu-central-1.ecr.dkr"),
    ],
)
def test_an_endpoint_that_is_missing_or_of_no_use_is_named(
    endpoints: list[dict[str, Any]], missing: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    private(healthy)
    routes(healthy)
    healthy.records("DescribeVpcEndpoints", {"VpcEndpoints": endpoints})
    line = only(slipway("doctor", "dev"), "FAIL")
    assert line.startswith(f"way out: from subnet-0a there is no way to {missing}: its default route is none")


@pytest.mark.parametrize(
    ("quota", "desired", "outcome", "line"),
    [
        (
            0.5,
            2,
            "FAIL",
            "a rollout of 2 tasks needs 1 vCPUs of Fargate, and the account's quota is 0.5 Run aws service",
        ),
        (
            0.5,
            1,
            "WARN",
            "at its maximum of 2 tasks a rollout needs 1 vCPUs of Fargate, and the account's quota is 0.5",
        ),
    ],
)
def test_a_quota_that_a_rollout_exceeds_is_told(
    quota: float, desired: int, outcome: str, line: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    healthy.records("GetServiceQuota", {"Quota": {"Value": quota}})
    healthy.records("DescribeServices", {"services": [deployed.service(desiredCount=desired)]})
    assert only(slipway("doctor", "dev"), outcome).startswith(f"quota: {line}")


def test_the_default_is_taken_for_a_quota_that_nobody_changed(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("GetServiceQuota", "NoSuchResourceException")
    healthy.records("GetAWSDefaultServiceQuota", {"Quota": {"Value": 6.0}})
    assert any("1 of 6 vCPUs of Fargate at most" in line for line in said(slipway("doctor", "dev"), "OK"))


def test_an_alarm_that_fires_already_is_a_warning(healthy: RecordedAws, slipway: Slipway) -> None:
    first, second = deployed.ALARMS
    alarms = [deployed.alarm(first, "ALARM", "Threshold Crossed: 1 datapoint was greater than the threshold (50.0).")]
    healthy.records("DescribeAlarms", {"MetricAlarms": alarms})
    assert said(slipway("doctor", "dev"), "WARN") == [
        f"WARN  deployment alarms: {first} is firing already: ECS leaves an alarm out that is in ALARM when a rollout "
        "begins Find out why first: Threshold Crossed: 1 datapoint was greater than the threshold (50.0).",
        f"WARN  deployment alarms: the alarm {second} does not exist, although the service names it: it rolls nothing "
        f"back Run npx cdk drift {STACK} to see what was removed by hand, then npx cdk deploy {STACK}.",
    ]


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ({"count": 3}, ["3 of 16 vCPUs of Fargate at most, by this service"]),
        ({"min": 1, "max": 2, "spot_percent": 100}, ["2 of 8 vCPUs of Fargate Spot at most, by this service"]),
        (
            {"schedules": [{"name": "day", "cron": "0 8 ? * MON-FRI *", "min": 2, "max": 8}], "spot_percent": 50},
            [
                "4 of 16 vCPUs of Fargate at most, by this service",
                "4 of 8 vCPUs of Fargate Spot at most, by this service",
            ],
        ),
    ],
)
def test_schedules_fixed_numbers_and_spot_are_counted_as_they_are_billed(
    tasks: dict[str, Any], expected: list[str], healthy: RecordedAws, configuration: Configuration
) -> None:
    healthy.records("GetServiceQuota", {"Quota": {"Value": 8.0}}, QuotaCode="L-36FBB829")
    definition = deployed.task_definition(cpu="512")
    healthy.records("DescribeTaskDefinition", {"taskDefinition": definition})
    changed = varied(configuration, {"dev": {"tasks": tasks}})
    examination = examine(changed, changed.environment("dev"))
    assert [check.says for check in examination.checks if check.name == "quota"] == expected
