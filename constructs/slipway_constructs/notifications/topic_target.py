"""A topic as the target of an EventBridge rule."""

import jsii
from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.interfaces.aws_events import IRuleRef

MAX_AGE = Duration.hours(1)
"""For which EventBridge tries again; it would for a day, in which nobody hears of what has failed."""


@jsii.implements(events.IRuleTarget)
class TopicTarget:
    """Publishes to a topic whose policy lets EventBridge in.

    Unlike CDK's own target it grants nothing on the topic: CDK's grant would open the topic's key to every rule of
    every account.
    """

    def __init__(self, topic: sns.ITopic, *, message: events.RuleTargetInput, dead_letters: sqs.IQueue) -> None:
        """Take what is published.

        Args:
            dead_letters: keeps what could not be published within an hour; the rule is let into it.
        """
        self._topic, self._message, self._dead_letters = topic, message, dead_letters

    def bind(self, rule: IRuleRef, id: str | None = None) -> events.RuleTargetConfig:  # noqa: ARG002 - of IRuleTarget
        """Called by CDK when the target is added to a rule; `id` is of no use here."""
        self._dead_letters.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                resources=[self._dead_letters.queue_arn],
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                conditions={"ArnEquals": {"aws:SourceArn": rule.rule_ref.rule_arn}},
            )
        )
        return events.RuleTargetConfig(
            arn=self._topic.topic_arn,
            input=self._message,
            retry_policy=events.CfnRule.RetryPolicyProperty(maximum_event_age_in_seconds=MAX_AGE.to_seconds()),
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self._dead_letters.queue_arn),
        )
