"""Noticing that alerts have stopped coming."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.prometheus_workspace import PUBLISHER

PERIOD = Duration.minutes(5)
PERIODS = 3
"""After a quarter of an hour, three periods, without any message; the alert manager sends one a minute."""


class Heartbeat(Construct):
    """A dead man's switch: a topic that nobody is subscribed to, and an alarm that nothing was published to it.

    What keeps the messages from coming may be the collectors' rules, the alert manager, or its way to SNS. The alarm is
    CloudWatch's own and depends on none of them.

    Attributes:
        topic: where the alert manager sends its heartbeat.
        alarm: fires when it stops.
    """

    def __init__(self, scope: Construct, id: str, *, key: kms.IKey, text: AlarmText, told: sns.ITopic) -> None:
        """Create topic and alarm.

        Args:
            key: encrypts the topic, and lets the alert manager use it.
            text: how the alarm is described.
            told: of the silence, and of its end.
        """
        super().__init__(scope, id)
        stack = Stack.of(self)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                principals=[iam.ServicePrincipal(PUBLISHER)],
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            )
        )
        self.alarm = cloudwatch.Alarm(
            self,
            "Missing",
            metric=cloudwatch.Metric(
                namespace="AWS/SNS",
                metric_name="NumberOfMessagesPublished",
                dimensions_map={"TopicName": self.topic.topic_name},
                statistic="Sum",
                period=PERIOD,
            ),
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            threshold=1,
            evaluation_periods=PERIODS,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,  # of a topic without messages there is no metric
            alarm_description=text.of(
                "the alert manager has sent no heartbeat for a quarter of an hour. No alert of Prometheus would reach "
                "anybody.",
                "Watchdog",
            ),
        )
        for add in (self.alarm.add_alarm_action, self.alarm.add_ok_action):
            add(actions.SnsAction(told))
