"""The workspace: what it is made of, and who may do what with it."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns

from slipway_constructs.observability.heartbeat import Heartbeat
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, REGION, TEXT, new_stack, only, template_of

RULES = {"slo": "groups: []", "limits": "groups: []"}


def workspace_in(stack: Stack, policy: RemovalPolicy = RemovalPolicy.RETAIN) -> PrometheusWorkspace:
    return PrometheusWorkspace(
        stack,
        "Prometheus",
        alias="acme",
        alert_manager_definition="alertmanager_config: ...",
        rules=RULES,
        log_retention=logs.RetentionDays.ONE_WEEK,
        removal_policy=policy,
    )


def test_it_has_the_alert_manager_and_each_file_of_rules() -> None:
    stack = new_stack()
    workspace_in(stack)
    assert only(stack, "AWS::APS::Workspace")["AlertManagerDefinition"] == "alertmanager_config: ..."
    namespaces = resources(template_of(stack), "AWS::APS::RuleGroupsNamespace")
    assert {each["Name"]: each["Data"] for each in namespaces} == RULES


def test_what_fails_is_logged_where_the_service_takes_log_groups() -> None:
    stack = new_stack()
    workspace_in(stack)
    name = only(stack, "AWS::Logs::LogGroup")["LogGroupName"]["Fn::Join"][1]
    assert name[0] == "/aws/vendedlogs/acme-"
    assert "AWS::StackId" in str(name[1:])
    (statement,) = [only(stack, "AWS::Logs::ResourcePolicy")["PolicyDocument"]]
    assert ACCOUNT in str(statement)
    assert "delivery.logs.amazonaws.com" in str(statement)
    workspace = next(each for each in template_of(stack)["Resources"].values() if each["Type"] == "AWS::APS::Workspace")
    assert any("Delivery" in each for each in workspace["DependsOn"])


@pytest.mark.parametrize(("policy", "expected"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_metrics_outlive_the_stack_only_if_they_are_to(policy: RemovalPolicy, expected: str) -> None:
    stack = new_stack()
    workspace_in(stack, policy)
    found = {
        each["DeletionPolicy"]
        for each in template_of(stack)["Resources"].values()
        if each["Type"] in {"AWS::APS::Workspace", "AWS::Logs::LogGroup"}
    }
    assert found == {expected}


@pytest.mark.parametrize(
    ("grant", "actions"),
    [
        ("grant_write", "aps:RemoteWrite"),
        ("grant_query", ["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"]),
        ("grant_alerting", "aps:CreateAlertManagerAlerts"),
    ],
)
def test_a_role_may_do_one_thing_with_this_workspace(grant: str, actions: Any) -> None:
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    getattr(workspace_in(stack), grant)(role)
    (statement,) = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == actions
    assert statement["Resource"]["Fn::GetAtt"][1] == "Arn"


def test_its_addresses_are_those_of_the_region() -> None:
    stack = new_stack()
    prometheus = workspace_in(stack)
    for url, path in (
        (prometheus.url, ""),
        (prometheus.remote_write_url, "/api/v1/remote_write"),
        (prometheus.alerts_url, "/alertmanager/api/v2/alerts"),
    ):
        beginning, _, *end = stack.resolve(url)["Fn::Join"][1]
        assert beginning == f"https://aps-workspaces.{REGION}.amazonaws.com/workspaces/"
        assert "".join(end) == path


def test_silence_is_noticed_by_an_alarm_that_takes_no_data_for_silence() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    heartbeat = Heartbeat(stack, "Heartbeat", key=key, text=TEXT, told=sns.Topic(stack, "Pages"))
    alarm = only(stack, "AWS::CloudWatch::Alarm")
    assert (alarm["MetricName"], alarm["TreatMissingData"]) == ("NumberOfMessagesPublished", "breaching")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 15 * 60
    assert alarm["AlarmActions"] == alarm["OKActions"]
    assert "runbook.md#watchdog" in alarm["AlarmDescription"]
    assert resources(template_of(stack), "AWS::SNS::Subscription") == []
    (statement,) = [
        each
        for each in only(stack, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    ]
    assert statement["Principal"] == {"Service": "aps.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert heartbeat.topic.topic_arn
