"""How each kind of resource is billed, but for tasks, against figures computed by hand."""

from typing import Any

import pytest

from operations.cost.profile import Profile
from tests.operations.cost.cost_templates import Given, billed, definition, estimate_of, of, service


def test_interface_endpoints_are_billed_in_each_zone_and_gateway_endpoints_are_not() -> None:
    interface = {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b", "c"]}
    found = of(
        Profile(gigabytes_processed=50),
        Registry=("AWS::EC2::VPCEndpoint", interface),
        Logs=("AWS::EC2::VPCEndpoint", interface),
        Storage=("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}),
    )
    assert billed(found) == {
        "Interface endpoints, by zone": ("4380", "43.80"),  # 2 x 3 x 730 x 0.01
        "Interface endpoints, data": ("50", "0.50"),
    }


def test_beside_a_nat_gateway_the_data_is_billed_once() -> None:
    found = of(
        Profile(gigabytes_processed=50),
        Gateway=("AWS::EC2::NatGateway", {}),
        Endpoint=("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface", "SubnetIds": ["a"]}),
    )
    assert "NAT gateways, data" in billed(found)
    assert "Interface endpoints, data" not in billed(found)


def test_a_firewall_is_billed_by_acl_rule_and_request() -> None:
    managed = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
    bots = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesBotControlRuleSet"}}
    rules = [{"Statement": managed}, {"Statement": {"RateBasedStatement": {}}}, {"Statement": bots}]
    found = of(Profile(requests=3_000_000), Acl=("AWS::WAFv2::WebACL", {"Rules": rules}))
    assert billed(found) == {
        "AWS WAF web ACLs": ("1", "5.00"),
        "AWS WAF rules and rule groups": ("3", "3.00"),
        "AWS WAF requests": ("3", "1.80"),
    }
    assert [each.what for each in found.not_priced] == ["the rule group AWSManagedRulesBotControlRuleSet"]


def metric(name: str, period: int = 60) -> dict[str, Any]:
    return {"Id": name, "MetricStat": {"Metric": {"MetricName": name}, "Period": period, "Stat": "Sum"}}


def test_alarms_are_billed_by_the_metrics_that_they_look_at() -> None:
    ratio = {
        "Metrics": [{"Id": "ratio", "Expression": "100 * errors / requests"}, metric("errors"), metric("requests")]
    }
    band = {"Metrics": [metric("latency"), {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(latency, 2)"}]}
    found = of(
        Plain=("AWS::CloudWatch::Alarm", {"MetricName": "Errors", "Period": 60}),
        Ratio=("AWS::CloudWatch::Alarm", ratio),
        Band=("AWS::CloudWatch::Alarm", band),
        Fast=("AWS::CloudWatch::Alarm", {"Metrics": [metric("errors", period=10)]}),
        Either=("AWS::CloudWatch::CompositeAlarm", {}),
        Cpu=("AWS::ApplicationAutoScaling::ScalingPolicy", {"PolicyType": "TargetTrackingScaling"}),
        Steps=("AWS::ApplicationAutoScaling::ScalingPolicy", {"PolicyType": "StepScaling"}),
    )
    assert billed(found) == {
        "Alarms, by metric": ("6", "0.60"),
        "Alarms of target tracking": ("2", "0.20"),
        "Alarms of high resolution, by metric": ("1", "0.30"),
        "Composite alarms": ("1", "0.50"),
    }


def test_three_dashboards_are_free() -> None:
    dashboards: dict[str, Given] = {f"Dashboard{number}": ("AWS::CloudWatch::Dashboard", {}) for number in range(5)}
    assert billed(estimate_of(dashboards)) == {"Dashboards above three free ones": ("2", "6.00")}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("disabled", None),
        ("enabled", ("Container Insights metrics", ("38", "11.40"))),  # 13 + 15 + 10 at 0.30
        ("enhanced", ("Container Insights metrics, enhanced", ("84", "5.88"))),  # and 2 x (13 + 10), all at 0.07
    ],
)
def test_container_insights_is_billed_by_metric(value: str, expected: tuple[str, Any] | None) -> None:
    settings = {"ClusterSettings": [{"Name": "containerInsights", "Value": value}]}
    found = billed(
        of(
            Cluster=("AWS::ECS::Cluster", settings),
            Service=service(Cluster={"Ref": "Cluster"}, DesiredCount=2),
            Definition=definition(),
        )
    )
    metrics = [(name, figures) for name, figures in found.items() if "Insights metrics" in name]
    assert metrics == ([expected] if expected else [])
    assert ("Logs of Container Insights" in found) == (expected is not None)


def test_logs_are_billed_as_they_come_in_and_as_long_as_they_are_kept() -> None:
    found = of(
        Profile(flow_log_gigabytes=2, firewall_log_gigabytes=3),
        Vpc=("AWS::EC2::FlowLog", {"LogGroupName": {"Ref": "Flows"}}),
        Flows=("AWS::Logs::LogGroup", {"RetentionInDays": 73}),
        Acl=("AWS::WAFv2::LoggingConfiguration", {"LogDestinationConfigs": [{"Fn::GetAtt": ["Requests", "Arn"]}]}),
        Requests=("AWS::Logs::LogGroup", {}),
    )
    assert billed(found) == {
        "Flow logs": ("2", "1.00"),  # 2 x 0.50
        "Flow logs, kept 73 days": ("4.8", "0.14"),  # 2 x 73 / 30.4167 x 0.03
        "Logs of AWS WAF": ("3", "1.50"),
        "Logs of AWS WAF, kept 365 days": ("36", "1.08"),
    }
    assert found.not_priced == ()


def test_access_logs_are_billed_by_what_is_stored_and_by_the_files() -> None:
    attributes = [{"Key": "access_logs.s3.bucket", "Value": {"Ref": "Bucket"}}]
    rules = {"Rules": [{"Status": "Enabled", "ExpirationInDays": 73}, {"Status": "Disabled", "ExpirationInDays": 1}]}
    balancer = {"Scheme": "internal", "Subnets": ["a", "b"], "LoadBalancerAttributes": attributes}
    found = of(
        Profile(requests=1_000_000_000),
        Balancer=("AWS::ElasticLoadBalancingV2::LoadBalancer", balancer),
        Bucket=("AWS::S3::Bucket", {"LifecycleConfiguration": rules}),
    )
    assert billed(found)["Access logs, kept 73 days"] == ("240", "5.52")  # 100 GB x 2.4 months x 0.023
    assert billed(found)["Access logs, files written"] == ("17.52", "0.09")  # 2 x 12 x 730 / 1000 x 0.005
    assert found.not_priced == ()


def test_what_is_billed_by_the_piece() -> None:
    found = of(
        Profile(image_gigabytes=30, emails=5_000),
        Key=("AWS::KMS::Key", {}),
        Secret=("AWS::SecretsManager::Secret", {}),
        Zone=("AWS::Route53::HostedZone", {}),
        Alias=("AWS::Route53::RecordSet", {"AliasTarget": {}}),
        Plain=("AWS::SSM::Parameter", {}),
        Long=("AWS::SSM::Parameter", {"Tier": "Advanced"}),
        OnCall=("AWS::SNS::Subscription", {"Protocol": "email"}),
        PagerDuty=("AWS::Events::ApiDestination", {}),
        Repository=("AWS::ECR::Repository", {}),
        Errors=("AWS::Logs::MetricFilter", {"MetricTransformations": [{}, {}]}),
    )
    assert billed(found) == {
        "Metrics made from logs": ("2", "0.60"),
        "KMS keys": ("1", "1.00"),
        "Secrets": ("1", "0.40"),
        "Route 53 hosted zones": ("1", "0.50"),
        "Parameters, advanced": ("1", "0.05"),
        "Notifications by email": ("0.05", "0.10"),
        "Events to API destinations": ("0.005", "0.00"),
        "Images": ("30", "3.00"),
    }
    assert found.not_priced == ()


def test_a_function_that_follows_alarms_costs_nothing_worth_a_line() -> None:
    called = {"Targets": [{"Arn": {"Fn::GetAtt": ["Bridge", "Arn"]}}]}
    found = of(
        Bridge=("AWS::Lambda::Function", {"LoggingConfig": {"LogGroup": {"Ref": "Lines"}}}),
        Lines=("AWS::Logs::LogGroup", {}),
        Changes=("AWS::Events::Rule", {"EventPattern": {"source": ["aws.cloudwatch"]}, **called}),
    )
    assert (found.items, found.not_priced) == ((), ())
    other = of(
        Bridge=("AWS::Lambda::Function", {}),
        Changes=("AWS::Events::Rule", {"EventPattern": {"source": ["aws.s3"]}, **called}),
    )
    assert [each.what for each in other.not_priced] == ["AWS::Lambda::Function Bridge"]


def test_a_function_behind_a_custom_resource_costs_nothing_worth_a_line() -> None:
    found = of(
        Handler=("AWS::Lambda::Function", {}),
        Resource=("Custom::S3AutoDeleteObjects", {"ServiceToken": {"Fn::GetAtt": ["Handler", "Arn"]}}),
    )
    assert (found.items, found.not_priced) == ((), ())
