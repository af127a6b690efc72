"""Whether somebody is told when an alarm goes off."""

from collections.abc import Iterable, Mapping
from json import JSONDecodeError, loads

from configuration import stack_names
from configuration.alerts import Alerts
from operations.aws import Aws, explained
from operations.doctor import warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation
from operations.gateways.secrets_manager import SecretsManager
from operations.gateways.sns import Sns, Subscription

NAME = "notifications"
TOPICS = {"pages": "PagesTopicArn", "tickets": "TicketsTopicArn"}
"""The outputs of the telemetry stack that have the topics' ARNs."""

ROUTING_KEY = "routing_key"
"""Of the JSON in PagerDuty's secret."""


def steps(subject: Subject) -> list[Step]:
    """Look at who listens to the topics, and at PagerDuty's secret."""
    return [Step(NAME, lambda: _listeners(subject)), Step(NAME, lambda: _pagerduty(subject))]


def _listeners(subject: Subject) -> Iterable[Check]:
    stack = CloudFormation(subject.aws).stack(stack_names.telemetry(subject.environment.name))
    outputs = stack.outputs if stack else {}
    sns = Sns(subject.aws)
    arns = {topic: outputs[output] for topic, output in TOPICS.items() if output in outputs}
    found = {topic: sns.subscriptions(arn) for topic, arn in arns.items()}
    if found:
        yield from judge(subject.environment.alerts, found, arns, region=subject.environment.region)


def judge(
    alerts: Alerts, found: Mapping[str, list[Subscription]], arns: Mapping[str, str], *, region: str
) -> list[Check]:
    """What is wrong with those who listen; a single OK if nothing is.

    Args:
        alerts: as slipway.toml has them.
        found: subscriptions by topic.
        arns: of the topics, by topic too.
        region: of the topics.
    """
    pending = [(each, topic) for topic, listeners in found.items() for each in listeners if not each.confirmed]
    checks = [
        Check.warn(
            NAME,
            warnings.SUBSCRIPTION_PENDING.about(
                address=each.endpoint, topic=topic, arn=arns[topic], protocol=each.protocol, region=region
            ),
        )
        for each, topic in pending
    ]
    checks += [
        _unheard(alerts, topic) for topic, listeners in found.items() if not listeners and _wanted(alerts, topic)
    ]
    if checks:
        return checks
    listening = {each.endpoint for listeners in found.values() for each in listeners}
    if listening:
        return [Check.ok(NAME, f"{len(listening)} listen to alarms, all of them confirmed")]
    return [Check.ok(NAME, "no email address and no channel is to be told: slipway.toml names none")]


def _wanted(alerts: Alerts, topic: str) -> bool:
    """Whether somebody should listen to that topic; PagerDuty is told of pages without it, and of no ticket."""
    return bool(alerts.emails or alerts.slack or (alerts.pagerduty_secret_arn and topic == "tickets"))


def _unheard(alerts: Alerts, topic: str) -> Check:
    named = alerts.emails or alerts.slack
    return Check.warn(NAME, (warnings.NOBODY_LISTENS if named else warnings.TICKETS_UNHEARD).about(topic=topic))


def _pagerduty(subject: Subject) -> Iterable[Check]:
    secret = subject.environment.alerts.pagerduty_secret_arn
    if secret is None:
        return
    secrets_manager = SecretsManager(subject.aws)
    if not secrets_manager.exists(secret):
        yield Check.warn(NAME, warnings.ROUTING_KEY_MISSING.about(why=f"there is no secret {secret}", secret=secret))
        return
    yield _routing_key(secret, secrets_manager, subject.aws)


def _routing_key(secret: str, secrets_manager: SecretsManager, aws: Aws) -> Check:
    try:
        with explained(aws):
            text = secrets_manager.text(secret)
    except OperationError as error:
        return Check.warn(NAME, warnings.ROUTING_KEY_UNREAD.about(secret=secret, why=error.what))
    try:
        document = loads(text or "")
    except JSONDecodeError:
        document = None
    if isinstance(document, dict) and document.get(ROUTING_KEY):
        return Check.ok(NAME, "PagerDuty's secret has a routing_key")
    return Check.warn(
        NAME, warnings.ROUTING_KEY_MISSING.about(why=f"the secret {secret} has no JSON key routing_key", secret=secret)
    )
