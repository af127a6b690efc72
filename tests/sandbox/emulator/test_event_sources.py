"""Being told in the emulator as on AWS: of alarms and deployments, by the constructs that do it there."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app as application
from tests.receiver import Receiver, receiving
from tests.sandbox.emulator.conftest import ACCOUNT, REGION
from tests.sandbox.emulator.container_service import PARAMETERS, container_service

from aws_cdk import Environment, RemovalPolicy, Stack  # isort: skip - after app, which chooses the Node that it starts
from aws_cdk import aws_cloudwatch as cloudwatch  # isort: skip - likewise
from aws_cdk import aws_cloudwatch_actions as actions  # isort: skip - likewise
from aws_cdk.assertions import Template  # isort: skip - likewise

from slipway_constructs.notifications.dead_letters import DeadLetters  # isort: skip - likewise
from slipway_constructs.notifications.pagerduty import AlarmIncidents, PagerDuty  # isort: skip - likewise
from slipway_constructs.notifications.topics import NotificationTopics  # isort: skip - likewise

DESCRIPTION = "web: nobody is served. Runbook: https://example.com/runbook.md#no-healthy-task"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def resources_with(receiver: Receiver, secret_arn: str) -> dict[str, Any]:
    """An alarm that tells a topic, and PagerDuty at the receiver's address."""
    stack = Stack(application.new_app(), "Stack", env=Environment(account=ACCOUNT, region=REGION))
    topics = NotificationTopics(stack, "Topics", emails=[], removal_policy=RemovalPolicy.DESTROY)
    metric = cloudwatch.Metric(namespace="any", metric_name="any")
    alarm = cloudwatch.Alarm(
        stack, "Alarm", metric=metric, threshold=1, evaluation_periods=1, alarm_description=DESCRIPTION
    )
    alarm.add_alarm_action(actions.SnsAction(topics.pages))
    pagerduty = PagerDuty(stack, "PagerDuty", name="acme", endpoint=f"{receiver.url}/v2/enqueue", secret_arn=secret_arn)
    letters = DeadLetters(stack, "DeadLetters").queue
    AlarmIncidents(stack, "Incidents", alarms=[alarm], pagerduty=pagerduty, dead_letters=letters)
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


@pytest.fixture
def alarm(receiver: Receiver, aws: Callable[[str], Any], stacks: Any) -> str:
    """The name of an alarm that is deployed with all that is told of it."""
    secret = aws("secretsmanager").create_secret(Name="pagerduty", SecretString=json.dumps({"routing_key": "R0123"}))
    resources = resources_with(receiver, secret["ARN"])
    stacks.deploy(resources)
    (name,) = [name for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"]
    return str(stacks.reference(name))


def test_an_alarm_opens_an_incident_in_pagerduty_and_ends_it(
    alarm: str, receiver: Receiver, aws: Callable[[str], Any]
) -> None:
    aws("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason='a "test"')
    opened = receiver.wait_for("/v2/enqueue", event_action="trigger")
    assert opened["routing_key"] == "R0123"
    assert opened["payload"]["summary"] == DESCRIPTION
    assert opened["payload"]["custom_details"]["reason"] == 'a "test"'
    aws("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="over")
    ended = receiver.wait_for("/v2/enqueue", event_action="resolve")
    assert ended["dedup_key"] == opened["dedup_key"] == f"{ACCOUNT}/{REGION}/{alarm}"
    assert ended["routing_key"] == "R0123"


def test_an_alarm_is_posted_to_whoever_listens_to_its_topic(
    alarm: str, receiver: Receiver, aws: Callable[[str], Any]
) -> None:
    (topic,) = aws("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["AlarmActions"]
    receiver.listen(aws("sns"), topic, "/pages")
    aws("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    message = json.loads(receiver.wait_for("/pages", Type="Notification")["Message"])
    assert (message["AlarmName"], message["NewStateValue"]) == (alarm, "ALARM")
    assert message["AlarmDescription"] == DESCRIPTION


def test_a_state_that_stays_is_told_once(alarm: str, receiver: Receiver, aws: Callable[[str], Any]) -> None:
    for state in ("ALARM", "ALARM", "OK"):
        aws("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="a test")
    for action in ("trigger", "resolve"):  # each is posted by itself, and the later one may arrive first
        receiver.wait_for("/v2/enqueue", event_action=action)
    assert [body["event_action"] for _, body in receiver.posted].count("trigger") == 1


def test_a_deployment_that_is_complete_is_told_in_ecss_words(
    receiver: Receiver, aws: Callable[[str], Any], stacks: Any
) -> None:
    topic = aws("sns").create_topic(Name="deployments")["TopicArn"]
    complete = {"eventName": ["SERVICE_DEPLOYMENT_COMPLETED"]}
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"], "detail": complete}
    aws("events").put_rule(Name="deployments", EventPattern=json.dumps(pattern))
    aws("events").put_targets(Rule="deployments", Targets=[{"Id": "topic", "Arn": topic}])
    receiver.listen(aws("sns"), topic, "/deployments")

    resources = container_service("any")
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "any"})
    event = json.loads(receiver.wait_for("/deployments", Type="Notification")["Message"])
    (service,) = aws("ecs").describe_services(cluster="main", services=["web"])["services"]
    (deployment,) = service["deployments"]
    assert event["resources"] == [service["serviceArn"]]
    assert event["detail"].pop("updatedAt")
    assert event["detail"] == {
        "eventType": "INFO",
        "eventName": "SERVICE_DEPLOYMENT_COMPLETED",
        "deploymentId": deployment["id"],
        "reason": f"ECS deployment {deployment['id']} completed.",
    }
