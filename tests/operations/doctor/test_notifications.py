"""`slipway doctor` on whether somebody is told when an alarm goes off."""

from typing import Any

import pytest

from configuration import Configuration
from operations.doctor import examine
from operations.doctor.examination import Check
from tests.conftest import varied
from tests.operations import deployed
from tests.operations.deployed import ACCOUNT, REGION
from tests.operations.recorded_aws import RecordedAws

STACK = "slipway-dev-telemetry"
TOPICS = {name: f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-{name}" for name in ("pages", "tickets")}
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:slipway-pagerduty-AbCdEf"


@pytest.fixture
def told(healthy: RecordedAws) -> RecordedAws:
    """An account whose topics are deployed, with one confirmed address each."""
    outputs = {"PagesTopicArn": TOPICS["pages"], "TicketsTopicArn": TOPICS["tickets"]}
    healthy.records("DescribeStacks", {"Stacks": [deployed.stack(STACK, **outputs)]}, StackName=STACK)
    for topic in TOPICS:
        listen(healthy, topic, subscription("on-call@example.com"))
    return healthy


def subscription(endpoint: str, *, confirmed: bool = True) -> dict[str, Any]:
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:any:1" if confirmed else "PendingConfirmation"
    return {"Protocol": "email", "Endpoint": endpoint, "SubscriptionArn": arn}


def listen(aws: RecordedAws, topic: str, *subscriptions: dict[str, Any]) -> None:
    aws.records("ListSubscriptionsByTopic", {"Subscriptions": list(subscriptions)}, TopicArn=TOPICS[topic])


def checks(configuration: Configuration, **alerts: Any) -> list[Check]:
    changed = varied(configuration, {"dev": {"alerts": alerts}})
    examination = examine(changed, changed.environment("dev"))
    return [check for check in examination.checks if check.name == "notifications"]


@pytest.mark.usefixtures("told")
def test_confirmed_addresses_are_ok(configuration: Configuration) -> None:
    (check,) = checks(configuration, emails=("on-call@example.com",))
    assert (check.outcome, check.says) == ("OK", "1 listen to alarms, all of them confirmed")


def test_an_address_that_has_not_confirmed_is_told_with_how_to_ask_again(
    told: RecordedAws, configuration: Configuration
) -> None:
    listen(told, "tickets", subscription("on-call@example.com"), subscription("new@example.com", confirmed=False))
    (check,) = checks(configuration, emails=("on-call@example.com", "new@example.com"))
    assert check.outcome == "WARN"
    assert check.says == "new@example.com has not confirmed its subscription to tickets, and is told nothing"
    assert (
        f"aws sns subscribe --topic-arn {TOPICS['tickets']} --protocol email --notification-endpoint new@example.com "
        f"--region {REGION}" in check.fix
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_that_nobody_listens_to_any_more_is_told_whoever_listens_to_the_other(
    topic: str, told: RecordedAws, configuration: Configuration
) -> None:
    listen(told, topic)
    (check,) = checks(configuration, emails=("on-call@example.com",))
    assert (check.outcome, check.says) == (
        "WARN",
        f"nobody listens to {topic}, although alerts in slipway.toml names somebody",
    )


def test_where_nobody_is_to_be_told_nobody_is_missed(told: RecordedAws, configuration: Configuration) -> None:
    for topic in TOPICS:
        listen(told, topic)
    (check,) = checks(configuration)
    assert (check.outcome, "slipway.toml names none" in check.says) == ("OK", True)


def test_tickets_reach_nobody_where_pagerduty_alone_is_told(told: RecordedAws, configuration: Configuration) -> None:
    told.records("DescribeSecret", {"ARN": SECRET}, SecretId=SECRET)
    told.records("GetSecretValue", {"SecretString": '{"routing_key": "R0123"}'}, SecretId=SECRET)
    for topic in TOPICS:
        listen(told, topic)
    missed, key = checks(configuration, pagerduty_secret_arn=SECRET)
    assert (missed.outcome, key.outcome) == ("WARN", "OK")
    assert missed.says.startswith("nobody is told of tickets")
    assert "an email address or a Slack channel under alerts" in missed.fix


@pytest.mark.usefixtures("healthy")
def test_before_the_first_deployment_nothing_is_said(configuration: Configuration) -> None:
    assert checks(configuration, emails=("on-call@example.com",)) == []


@pytest.mark.parametrize(
    ("text", "outcome", "says"),
    [
        ('{"routing_key": "R0123"}', "OK", "PagerDuty's secret has a routing_key"),
        ('{"key": "R0123"}', "WARN", f"the secret {SECRET} has no JSON key routing_key"),
        ('{"routing_key": ""}', "WARN", f"the secret {SECRET} has no JSON key routing_key"),
        ("R0123", "WARN", f"the secret {SECRET} has no JSON key routing_key"),
    ],
)
def test_the_routing_key_is_looked_for_and_never_shown(
    text: str, outcome: str, says: str, told: RecordedAws, configuration: Configuration
) -> None:
    told.records("DescribeSecret", {"ARN": SECRET}, SecretId=SECRET)
    told.records("GetSecretValue", {"SecretString": text}, SecretId=SECRET)
    check = checks(configuration, pagerduty_secret_arn=SECRET)[-1]
    assert check.outcome == outcome
    assert check.says.endswith(says)
    assert "R0123" not in check.says + check.fix


def test_a_secret_that_is_missing_is_told_with_what_to_type(told: RecordedAws, configuration: Configuration) -> None:
    told.refuses("DescribeSecret", "ResourceNotFoundException", SecretId=SECRET)
    check = checks(configuration, pagerduty_secret_arn=SECRET)[-1]
    assert check.outcome == "WARN"
    assert check.says == f"PagerDuty is told nothing, or cannot be deployed: there is no secret {SECRET}"
    assert '{"routing_key": "KEY"}' in check.fix


def test_a_secret_that_may_not_be_read_is_not_taken_for_wrong(told: RecordedAws, configuration: Configuration) -> None:
    told.records("DescribeSecret", {"ARN": SECRET}, SecretId=SECRET)
    told.denies("GetSecretValue")
    check = checks(configuration, pagerduty_secret_arn=SECRET)[-1]
    assert check.outcome == "WARN"
    assert "whether it has PagerDuty's routing_key cannot be told" in check.says
