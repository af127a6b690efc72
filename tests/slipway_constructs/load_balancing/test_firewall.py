"""The web application firewall: what it stops, what it lets pass, and what it writes down of it."""

import json
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from slipway_constructs.load_balancing.firewall import Firewall
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, REGION, new_stack, only, reference, template_of

ACL = "AWS::WAFv2::WebACL"
LOGGING = "AWS::WAFv2::LoggingConfiguration"
LOG_GROUP = "AWS::Logs::LogGroup"
LOAD_BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/name/0123456789abcdef"

CAPACITY_OF_ITS_OWN = 1500
"""Units of a web ACL that cost no extra: "AWS WAF Pricing"."""

CAPACITY = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "RateLimit": 2,
}
"""Units of each rule: "AWS Managed Rules rule groups list", and "Rate-based rule statement"."""


def firewall_in(stack: Stack, id: str = "Firewall", *, policy: RemovalPolicy = RemovalPolicy.RETAIN) -> Firewall:
    return Firewall(
        stack,
        id,
        load_balancer_arn=LOAD_BALANCER,
        requests_per_five_minutes=300,
        log_retention=logs.RetentionDays.THREE_MONTHS,
        removal_policy=policy,
    )


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    firewall_in(stack)
    return stack


def rules(stack: Stack) -> dict[str, dict[str, Any]]:
    """By name, in their order."""
    return {each["Name"]: each for each in sorted(only(stack, ACL)["Rules"], key=lambda each: int(each["Priority"]))}


def text(stack: Stack, value: Any) -> str:
    """The value with every reference in it written as `{LOGICAL ID}`."""
    resolved = stack.resolve(value)
    if isinstance(resolved, str):
        return resolved
    if "Fn::Join" in resolved:
        return "".join(text(stack, each) for each in resolved["Fn::Join"][1])
    return f"{{{next(iter(resolved.values()))}}}"


def test_it_stands_before_the_load_balancer(stack: Stack) -> None:
    acl = reference(stack, ACL)["Ref"]
    assert only(stack, ACL)["Scope"] == "REGIONAL"
    assert only(stack, "AWS::WAFv2::WebACLAssociation") == {
        "ResourceArn": LOAD_BALANCER,
        "WebACLArn": {"Fn::GetAtt": [acl, "Arn"]},
    }


def test_what_no_rule_stops_passes(stack: Stack) -> None:
    assert only(stack, ACL)["DefaultAction"] == {"Allow": {}}


def test_a_client_with_too_many_requests_is_told_so(stack: Stack) -> None:
    limit = rules(stack)["RateLimit"]
    assert limit["Statement"] == {
        "RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 300, "EvaluationWindowSec": 300}
    }
    assert limit["Action"] == {"Block": {"CustomResponse": {"ResponseCode": 429}}}


def test_the_limit_counts_also_what_other_rules_would_stop(stack: Stack) -> None:
    assert next(iter(rules(stack))) == "RateLimit"


@pytest.mark.parametrize("name", sorted(CAPACITY.keys() - {"RateLimit"}))
def test_a_rule_group_of_aws_blocks_what_it_finds_in_its_current_version(stack: Stack, name: str) -> None:
    rule = rules(stack)[name]
    group = rule["Statement"]["ManagedRuleGroupStatement"]
    assert (group["VendorName"], group["Name"]) == ("AWS", name)
    assert "Version" not in group
    assert rule["OverrideAction"] == {"None": {}}


def test_a_large_body_is_counted_and_nothing_else_is_let_off(stack: Stack) -> None:
    overrides = {
        name: rule["Statement"].get("ManagedRuleGroupStatement", {}).get("RuleActionOverrides", [])
        for name, rule in rules(stack).items()
    }
    assert overrides.pop("AWSManagedRulesCommonRuleSet") == [
        {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}
    ]
    assert not any(overrides.values())


def test_its_capacity_costs_no_extra(stack: Stack) -> None:
    assert rules(stack).keys() == CAPACITY.keys()
    assert sum(CAPACITY.values()) <= CAPACITY_OF_ITS_OWN


def test_every_rule_has_metrics_and_none_shows_samples_of_requests(stack: Stack) -> None:
    acl = only(stack, ACL)
    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert {(each["CloudWatchMetricsEnabled"], each["SampledRequestsEnabled"]) for each in shown} == {(True, False)}
    assert len({each["MetricName"] for each in shown}) == len(shown)


def test_two_firewalls_share_neither_name_nor_metrics_nor_log_group() -> None:
    stack = new_stack()
    firewall_in(stack)
    firewall_in(stack, "Other")
    acls, groups = resources(template_of(stack), ACL), resources(template_of(stack), LOG_GROUP)
    for names in (
        [each["Name"] for each in acls],
        [each["VisibilityConfig"]["MetricName"] for each in acls],
        [text(stack, each["LogGroupName"]) for each in groups],
    ):
        assert len(set(names)) == 2


def test_its_log_goes_to_a_group_whose_name_waf_takes(stack: Stack) -> None:
    assert text(stack, only(stack, LOG_GROUP)["LogGroupName"]).startswith("aws-waf-logs-")
    logging = only(stack, LOGGING)
    assert logging["ResourceArn"] == {"Fn::GetAtt": [reference(stack, ACL)["Ref"], "Arn"]}
    (destination,) = logging["LogDestinationConfigs"]
    group = reference(stack, LOG_GROUP)["Ref"]
    assert text(stack, destination) == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{{group}}}"


def test_a_log_group_that_outlives_its_stack_is_not_in_the_way_of_the_next_one(stack: Stack) -> None:
    assert json.dumps(only(stack, LOG_GROUP)["LogGroupName"]).count('{"Ref": "AWS::StackId"}') == 1


@pytest.mark.parametrize("header", ["authorization", "cookie"])
def test_what_lets_somebody_in_is_kept_out_of_the_log(stack: Stack, header: str) -> None:
    assert {"SingleHeader": {"Name": header}} in only(stack, LOGGING)["RedactedFields"]


def test_what_it_blocks_or_counts_is_logged_and_nothing_else(stack: Stack) -> None:
    logged = only(stack, LOGGING)["LoggingFilter"]
    assert logged["DefaultBehavior"] == "DROP"
    (kept,) = logged["Filters"]
    assert (kept["Behavior"], kept["Requirement"]) == ("KEEP", "MEETS_ANY")
    actions = [each["ActionCondition"]["Action"] for each in kept["Conditions"]]
    assert actions == ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]


def test_only_the_delivery_of_this_account_writes_into_its_log_group(stack: Stack) -> None:
    document = json.loads(text(stack, only(stack, "AWS::Logs::ResourcePolicy")["PolicyDocument"]))
    (statement,) = document["Statement"]
    group = reference(stack, LOG_GROUP)["Ref"]
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{{group}}}:*"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"},
    }


def test_logging_starts_when_its_delivery_is_let_in(stack: Stack) -> None:
    policy = reference(stack, "AWS::Logs::ResourcePolicy")["Ref"]
    Template.from_stack(stack).has_resource(LOGGING, {"DependsOn": [policy]})


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_its_log_stays_as_long_as_it_is_told(policy: RemovalPolicy, rendered: str) -> None:
    stack = new_stack()
    firewall_in(stack, policy=policy)
    Template.from_stack(stack).has_resource(
        LOG_GROUP,
        {"Properties": {"RetentionInDays": 90}, "DeletionPolicy": rendered, "UpdateReplacePolicy": rendered},
    )
