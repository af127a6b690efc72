"""What calls a human when calling a human fails."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.watched import NOT_BREACHING, Watched, watch

FIVE_MINUTES = Duration.minutes(5)


class DeliveryAlarms(Construct):
    """Tickets for what did not get through, each on another way than the one that failed.

    Attributes:
        alarms: of pages, of tickets, and of dead letters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        page: sns.ITopic,
        ticket: sns.ITopic,
        dead_letters: sqs.IQueue,
        text: AlarmText,
    ) -> None:
        """Create the alarms.

        Args:
            page: of whose failed notifications the other topic is told.
            ticket: likewise.
            dead_letters: of what is in it, `ticket` is told.
            text: how the alarms are described.
        """
        super().__init__(scope, id)
        self.alarms = [
            watch(self, "PagesNotDelivered", _undelivered(page, "pages"), text=text, tell=ticket),
            watch(self, "TicketsNotDelivered", _undelivered(ticket, "tickets"), text=text, tell=page),
            watch(self, "DeadLetters", _dead(dead_letters), text=text, tell=ticket),
        ]


def _undelivered(topic: sns.ITopic, what: str) -> Watched:
    metric = cloudwatch.Metric(
        namespace="AWS/SNS",
        metric_name="NumberOfNotificationsFailed",
        dimensions_map={"TopicName": topic.topic_name},
        statistic="Sum",
        period=FIVE_MINUTES,
    )
    return Watched(
        metric,
        1,
        f"SNS could not deliver one of the {what} to somebody who is subscribed to them.",
        "Notification not delivered",
        periods=1,
        breaching=1,
        missing=NOT_BREACHING,  # there is no value while nothing fails
    )


def _dead(queue: sqs.IQueue) -> Watched:
    metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=FIVE_MINUTES)
    return Watched(
        metric,
        1,
        "an event, such as that of a failed deployment, did not get to those who are told of it.",
        "Dead letters",
        periods=1,
        breaching=1,
        missing=NOT_BREACHING,  # SQS publishes nothing of a queue that has been empty for hours
    )
