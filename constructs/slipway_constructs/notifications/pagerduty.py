"""Telling PagerDuty, through its Events API v2 and without code of one's own."""

from collections.abc import Mapping, Sequence

from aws_cdk import ArnFormat, SecretValue, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies
from slipway_constructs.notifications import deployment_words
from slipway_constructs.notifications.deployment_words import Words
from slipway_constructs.notifications.topic_target import MAX_AGE

ENDPOINTS: Mapping[str, str] = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
"""By service region ("Send an Alert Event", PagerDuty's Events API v2)."""

ROUTING_KEY = "routing_key"
"""The key in the secret's JSON, and the field of PagerDuty's that it fills."""

RATE = 5
"""Events a second at most; a queue of PagerDuty's takes 120 a minute ("Events API rate limits")."""


class PagerDuty(Construct):
    """The way to one PagerDuty service; the routing key stays in Secrets Manager and in EventBridge's own secret.

    Attributes:
        destination: takes events of the Events API v2, and adds the routing key to their bodies.
        role: lets rules of this account use it.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, endpoint: str, secret_arn: str, rule_names: str = "*"
    ) -> None:
        """Create connection and destination.

        Args:
            name: of both, unique in the account and region; EventBridge puts it into the name of its secret too.
            endpoint: one of `ENDPOINTS`.
            secret_arn: whose JSON has the routing key; CloudFormation reads it when the connection is created or
                changed, so that a changed key comes through with the next change of this construct only.
            rule_names: a pattern of the rules that may use the destination; omitted, all of the account and region.
        """
        super().__init__(scope, id)
        key = SecretValue.secrets_manager(secret_arn, json_field=ROUTING_KEY)
        connection = events.Connection(
            self,
            "Connection",
            connection_name=name,
            description="Events API v2 of PagerDuty.",
            # PagerDuty asks for no header; a connection has to have one.
            authorization=events.Authorization.api_key("X-Sender", SecretValue.unsafe_plain_text("slipway")),
            body_parameters={ROUTING_KEY: events.HttpParameter.from_secret(key)},
        )
        self.destination = events.ApiDestination(
            self,
            "Destination",
            api_destination_name=name,
            connection=connection,
            endpoint=endpoint,
            http_method=events.HttpMethod.POST,
            rate_limit_per_second=RATE,
            description="Events API v2 of PagerDuty.",
        )
        stack = Stack.of(self)
        rules = stack.format_arn(
            service="events", resource="rule", resource_name=rule_names, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        self.role = iam.Role(
            self,
            "Role",
            description="Lets rules send events to PagerDuty.",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": rules},
                },
            ),
        )
        acknowledge_inline_policies(self.role)

    def target(self, event: Mapping[str, object], dead_letters: sqs.IQueue) -> targets.ApiDestination:
        """What a rule sends there.

        Args:
            event: the body, in which `EventField`s stand for values of the rule's event.
            dead_letters: keeps what PagerDuty did not take within an hour.
        """
        return targets.ApiDestination(
            self.destination,
            event=events.RuleTargetInput.from_object(dict(event)),
            event_role=self.role,
            max_event_age=MAX_AGE,
            dead_letter_queue=dead_letters,
        )


class AlarmIncidents(Construct):
    """An incident for each alarm that goes off, which is resolved when the alarm is OK again."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        alarms: Sequence[cloudwatch.IAlarm],
        pagerduty: PagerDuty,
        dead_letters: sqs.IQueue,
    ) -> None:
        """Watch the states of those alarms, on a way that no topic is part of."""
        super().__init__(scope, id)
        name, account, region = (
            events.EventField.from_path(path) for path in ("$.detail.alarmName", "$.account", "$.region")
        )
        one_incident = {"dedup_key": f"{account}/{region}/{name}"}
        trigger = {
            "event_action": "trigger",
            **one_incident,
            "client": "Amazon CloudWatch",
            "payload": {
                "summary": events.EventField.from_path("$.detail.configuration.description"),
                "source": name,
                "severity": "critical",
                "timestamp": events.EventField.from_path("$.time"),
                "custom_details": {
                    "reason": events.EventField.from_path("$.detail.state.reason"),
                    "account": account,
                    "region": region,
                },
            },
        }
        for role, state, body in (
            ("Trigger", "ALARM", trigger),
            ("Resolve", "OK", {"event_action": "resolve", **one_incident}),
        ):
            rule = events.Rule(
                self,
                role,
                description=f"An alarm that pages is {state}: PagerDuty.",
                event_pattern=events.EventPattern(
                    source=["aws.cloudwatch"],
                    detail_type=["CloudWatch Alarm State Change"],
                    resources=[alarm.alarm_arn for alarm in alarms],
                    detail={"state": {"value": [state]}},
                ),
            )
            rule.add_target(pagerduty.target(body, dead_letters))


class DeploymentIncidents(Construct):
    """One incident while deployments of a service fail or are rolled back.

    It is resolved when ECS reports the service steady again, which says nothing of what runs then.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.IBaseService,
        service_name: str,
        failed: Words,
        rolling_back: Words,
        pagerduty: PagerDuty,
        dead_letters: sqs.IQueue,
    ) -> None:
        """Watch the deployments of that service."""
        super().__init__(scope, id)
        account, region = (events.EventField.from_path(path) for path in ("$.account", "$.region"))
        one_incident = {"dedup_key": f"{account}/{region}/{service_name}/deployment"}
        for role, pattern, body in (
            ("Failed", deployment_words.failure(service), _deployment(failed, service_name, "error")),
            ("RollingBack", deployment_words.rollback(service), _deployment(rolling_back, service_name, "warning")),
            ("Steady", deployment_words.completion(service), {"event_action": "resolve"}),
        ):
            rule = events.Rule(
                self, role, description=f"A deployment of {service_name}: PagerDuty.", event_pattern=pattern
            )
            rule.add_target(pagerduty.target({**body, **one_incident}, dead_letters))


def _deployment(words: Words, service_name: str, severity: str) -> dict[str, object]:
    return {
        "event_action": "trigger",
        "client": "Amazon ECS",
        "payload": {
            "summary": words.title,
            "source": service_name,
            "severity": severity,
            "timestamp": events.EventField.from_path("$.time"),
            "custom_details": {
                "meaning": words.text,
                "reason": events.EventField.from_path("$.detail.reason"),
                "deployment": events.EventField.from_path("$.detail.deploymentId"),
                "steps": list(words.steps),
            },
        },
    }
