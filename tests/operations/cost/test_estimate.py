"""What an estimate holds and what it leaves out, against figures computed by hand; and the price of tasks."""

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from operations.cost.estimate import NotPriced
from operations.cost.profile import Profile
from operations.errors import ExitCode, OperationError
from tests.conftest import PROJECT
from tests.operations.cost.cost_templates import billed, definition, estimate_of, of, service, target


def test_a_small_environment_costs_what_a_hand_computes() -> None:
    profile = Profile(requests=65_700_000, gigabytes_out=20, gigabytes_processed=100, log_gigabytes=4)
    logging = {"LogDriver": "awslogs", "Options": {"awslogs-group": {"Ref": "Logs"}}}
    found = of(
        profile,
        Gateway=("AWS::EC2::NatGateway", {}),
        Address=("AWS::EC2::EIP", {}),
        Balancer=("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internet-facing", "Subnets": ["a", "b"]}),
        Service=service(DesiredCount=3),
        Definition=definition(
            RuntimePlatform={"CpuArchitecture": "ARM64"},
            ContainerDefinitions=[{"Name": "service", "LogConfiguration": logging}],
        ),
        Logs=("AWS::Logs::LogGroup", {"RetentionInDays": 365}),
    )
    assert billed(found) == {
        "Fargate vCPU, arm64": ("1095", "35.46"),  # 3 x 0.5 x 730 x 0.03238
        "Fargate memory, arm64": ("2190", "7.80"),  # 3 x 1 x 730 x 0.00356
        "Load balancers": ("730", "16.43"),  # 730 x 0.0225
        "Load balancers, capacity": ("730", "5.84"),  # 25 a second are one unit: 730 x 0.008
        "Public addresses of load balancers": ("1460", "7.30"),  # 2 x 730 x 0.005
        "Traffic to the internet": ("20", "1.80"),  # 20 x 0.09
        "NAT gateways": ("730", "32.85"),  # 730 x 0.045
        "NAT gateways, data": ("100", "4.50"),  # 100 x 0.045
        "Elastic IP addresses": ("730", "3.65"),  # 730 x 0.005
        "Logs of containers": ("4", "2.00"),  # 4 x 0.50
        "Logs of containers, kept 365 days": ("48", "1.44"),  # 4 x 12 x 0.03
    }
    assert found.total_usd == Decimal("119.07")
    assert found.not_priced == ()


def test_a_type_that_nobody_knows_is_named_and_never_counts_as_free() -> None:
    found = of(One=("AWS::RDS::DBInstance", {}), Other=("AWS::RDS::DBInstance", {}), Vpc=("AWS::EC2::VPC", {}))
    assert found.not_priced == (
        NotPriced("AWS::RDS::DBInstance (2 of them)", "the price table does not know this type"),
    )


@pytest.mark.parametrize(
    ("kind", "properties", "what"),
    [
        ("AWS::ECS::Service", {"LaunchType": "EC2"}, "AWS::ECS::Service It"),
        ("AWS::ECS::Service", {"LaunchType": "FARGATE", "TaskDefinition": "other:1"}, "AWS::ECS::Service It"),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "GatewayLoadBalancer"}, "AWS::EC2::VPCEndpoint It"),
        ("AWS::EC2::FlowLog", {"LogDestinationType": "s3"}, "AWS::EC2::FlowLog It"),
        ("AWS::S3::Bucket", {}, "AWS::S3::Bucket It"),
        ("AWS::Logs::LogGroup", {}, "AWS::Logs::LogGroup It"),
        ("AWS::Lambda::Function", {}, "AWS::Lambda::Function It"),
        ("AWS::Route53::RecordSet", {"Type": "TXT"}, "AWS::Route53::RecordSet It"),
        ("AWS::SNS::Subscription", {"Protocol": "sms"}, "AWS::SNS::Subscription"),
        ("AWS::SSM::Parameter", {"Tier": "Intelligent-Tiering"}, "AWS::SSM::Parameter"),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"Type": "network"},
            "AWS::ElasticLoadBalancingV2::LoadBalancer It",
        ),
        (
            "AWS::ApplicationAutoScaling::ScalableTarget",
            {"ResourceId": "table/orders", "MinCapacity": 1},
            "AWS::ApplicationAutoScaling::ScalableTarget It",
        ),
    ],
)
def test_what_cannot_be_counted_is_named(kind: str, properties: dict[str, Any], what: str) -> None:
    found = of(It=(kind, properties))
    assert [each.what for each in found.not_priced] == [what]
    assert found.total_usd == 0


def test_tasks_with_windows_are_named() -> None:
    platform = {"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
    found = of(Service=service(), Definition=definition(RuntimePlatform=platform))
    assert [each.what for each in found.not_priced] == ["AWS::ECS::Service Service"]


def test_an_item_without_a_price_in_the_region_is_named() -> None:
    resources = {"Service": service(), "Definition": definition(EphemeralStorage={"SizeInGiB": 50})}
    assert billed(estimate_of(resources))["Fargate storage above 20 GB"] == ("21900", "2.43")  # 30 x 730 x 0.000111
    elsewhere = estimate_of(resources, region="eu-central-1")
    assert elsewhere.not_priced == (
        NotPriced("Fargate storage above 20 GB", "the price table has no price of it in eu-central-1"),
    )


def test_a_region_without_prices_is_bad_input_that_says_what_to_do() -> None:
    with pytest.raises(
        OperationError, match=r"no prices of ap-south-1.*it has eu-central-1, eu-west-2, us-east-1"
    ) as bad:
        estimate_of({}, region="ap-south-1")
    assert bad.value.exit_code is ExitCode.BAD_INPUT
    assert "--price-region" in bad.value.fix


def test_scaling_decides_over_the_number_of_tasks_and_its_schedules_count() -> None:
    night = {
        "Schedule": "cron(0 20 ? * * *)",
        "Timezone": "Europe/Berlin",
        "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0},
    }
    morning = night | {"Schedule": "cron(0 8 ? * * *)", "ScalableTargetAction": {"MinCapacity": 2}}
    always = of(Service=service(), Definition=definition(), Target=target(2))
    at_day = of(Service=service(), Definition=definition(), Target=target(2, ScheduledActions=[night, morning]))
    assert billed(always)["Fargate vCPU, x86_64"][0] == "730"
    assert billed(at_day)["Fargate vCPU, x86_64"][0] == "365"


def test_a_service_that_says_nothing_of_it_has_one_task() -> None:
    assert billed(of(Service=service(), Definition=definition()))["Fargate memory, x86_64"][0] == "730"


def test_only_the_share_on_spot_is_cheaper() -> None:
    strategy = [
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 25},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 75},
    ]
    found = of(
        Service=service(LaunchType=None, CapacityProviderStrategy=strategy, DesiredCount=5),
        Definition=definition(cpu=1024),
    )
    # One task of the base, and of the other four one on demand and three on Spot, at about 35 % of the price.
    assert billed(found)["Fargate vCPU, x86_64"] == ("1460", "59.10")  # 2 x 730 x 0.04048
    assert billed(found)["Fargate vCPU, x86_64, Spot"] == ("2190", "31.03")  # 3 x 730 x 0.04048 x 0.35


def test_public_addresses_of_tasks_are_billed_by_the_task() -> None:
    public = {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}
    found = of(Service=service(DesiredCount=2, NetworkConfiguration=public), Definition=definition())
    assert billed(found)["Public addresses of tasks"] == ("1460", "7.30")


def test_an_internal_load_balancer_has_no_public_address_and_sends_nothing_to_the_internet() -> None:
    internal = {"Scheme": "internal", "Subnets": ["a", "b"]}
    found = of(Balancer=("AWS::ElasticLoadBalancingV2::LoadBalancer", internal))
    assert set(billed(found)) == {"Load balancers", "Load balancers, capacity"}


def test_an_estimate_can_be_made_without_boto3_and_without_aws_cdk() -> None:
    program = (
        "import sys\n"
        "from operations.cost.estimate import estimate\n"
        "estimate({'S': {'Resources': {}}}, region='us-east-1')\n"
        "print({'boto3', 'botocore', 'aws_cdk', 'jsii'} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"
