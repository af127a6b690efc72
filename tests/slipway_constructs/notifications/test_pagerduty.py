"""Incidents in PagerDuty: what opens one, what ends it, and where its key is."""

import json

import pytest
from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from slipway_constructs.notifications.pagerduty import ENDPOINTS, AlarmIncidents, DeploymentIncidents, PagerDuty
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, REGION, only, template_of
from tests.slipway_constructs.notifications import recorded_events
from tests.slipway_constructs.notifications.event_rules import sent_as_json
from tests.slipway_constructs.notifications.telling import FAILED, ROLLING_BACK, rules_of, stack_with_service

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:pagerduty-AbCdEf"
DESCRIPTION = (
    "web: no task is healthy, so that nobody is served. Runbook: https://example.com/runbook.md#no-healthy-task"
)


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack, service, dead_letters = stack_with_service()
    pagerduty = PagerDuty(
        stack, "PagerDuty", name="acme", endpoint=ENDPOINTS["eu"], secret_arn=SECRET, rule_names="Stack-*"
    )
    metric = cloudwatch.Metric(namespace="any", metric_name="any")
    alarms = [
        cloudwatch.Alarm(stack, name, metric=metric, threshold=1, evaluation_periods=1) for name in ("One", "Other")
    ]
    AlarmIncidents(stack, "Alarms", alarms=alarms, pagerduty=pagerduty, dead_letters=dead_letters)
    DeploymentIncidents(
        stack,
        "Deployments",
        service=service,
        service_name="web",
        failed=FAILED,
        rolling_back=ROLLING_BACK,
        pagerduty=pagerduty,
        dead_letters=dead_letters,
    )
    return stack


def test_events_go_to_the_service_region_of_the_account(stack: Stack) -> None:
    destination = only(stack, "AWS::Events::ApiDestination")
    assert (destination["HttpMethod"], destination["InvocationEndpoint"]) == (
        "POST",
        "https://events.eu.pagerduty.com/v2/enqueue",
    )


def test_the_routing_key_is_in_the_body_and_not_in_the_template(stack: Stack) -> None:
    parameters = only(stack, "AWS::Events::Connection")["AuthParameters"]["InvocationHttpParameters"]
    reference = "{{resolve:secretsmanager:" + SECRET + ":SecretString:routing_key::}}"
    assert parameters["BodyParameters"] == [{"Key": "routing_key", "Value": reference, "IsValueSecret": True}]


def test_only_rules_of_this_stack_may_use_the_way(stack: Stack) -> None:
    (role,) = [each for each in resources(template_of(stack), "AWS::IAM::Role") if "Lets rules" in str(each)]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/Stack-*"},
    }
    (allowed,) = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert allowed["Action"] == "events:InvokeApiDestination"
    assert allowed["Resource"]["Fn::GetAtt"][1] == "Arn"


def test_an_alarm_opens_an_incident_that_says_what_it_means_and_why(stack: Stack) -> None:
    event = recorded_events.alarm("ALARM", DESCRIPTION)
    (rule,) = rules_of(stack, event)
    body = sent_as_json(rule, event)
    assert (body["event_action"], body["payload"]["severity"]) == ("trigger", "critical")
    assert body["payload"]["summary"] == DESCRIPTION
    assert body["payload"]["custom_details"]["reason"] == event["detail"]["state"]["reason"]
    assert len(rule["EventPattern"]["resources"]) == 2


def test_the_incident_ends_with_the_alarm(stack: Stack) -> None:
    begun, ended = (recorded_events.alarm(state, DESCRIPTION) for state in ("ALARM", "OK"))
    opened, resolved = (sent_as_json(rules_of(stack, each)[0], each) for each in (begun, ended))
    key = "123456789012/us-east-1/TotalNetworkTrafficTooHigh"
    assert resolved == {"event_action": "resolve", "dedup_key": key}
    assert opened["dedup_key"] == key


def test_an_alarm_without_data_neither_opens_nor_ends_one(stack: Stack) -> None:
    assert rules_of(stack, recorded_events.alarm("INSUFFICIENT_DATA", DESCRIPTION)) == []


def test_a_failed_deployment_and_its_rollback_are_one_incident(stack: Stack) -> None:
    events = (recorded_events.FAILED, recorded_events.ROLLING_BACK, recorded_events.COMPLETED)
    failed, rolled_back, steady = (sent_as_json(rules_of(stack, each)[0], each) for each in events)
    assert [each["event_action"] for each in (failed, rolled_back, steady)] == ["trigger", "trigger", "resolve"]
    assert {each["dedup_key"] for each in (failed, rolled_back, steady)} == {"111122223333/us-west-2/web/deployment"}
    assert failed["payload"]["summary"] == "A deployment of web has failed"
    assert rolled_back["payload"]["summary"] == "web is being rolled back"
    assert failed["payload"]["custom_details"]["steps"][0] == "Run: slipway diagnose live"
    assert "payload" not in steady  # nothing is said of what runs then


def test_a_deployment_that_begins_opens_none(stack: Stack) -> None:
    assert rules_of(stack, recorded_events.BEGUN) == []


def test_every_rule_has_a_queue_for_what_it_cannot_deliver_in_an_hour(stack: Stack) -> None:
    rules = resources(template_of(stack), "AWS::Events::Rule")
    assert len(rules) == 5
    for rule in rules:
        (target,) = rule["Targets"]
        assert "DeadLetterConfig" in target
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600}


def test_bodies_are_as_long_as_pagerduty_takes_them(stack: Stack) -> None:
    event = recorded_events.alarm("ALARM", "x" * 1024)
    body = sent_as_json(rules_of(stack, event)[0], event)
    assert len(body["payload"]["summary"]) <= 1024
    assert len(body["dedup_key"]) <= 255
    assert len(json.dumps(body)) < 512 * 1024
