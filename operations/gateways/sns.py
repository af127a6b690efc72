"""What SNS knows of topics."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PENDING = "PendingConfirmation"
"""In the place of an ARN: "Subscription" in the Amazon SNS API reference."""


@dataclass(frozen=True)
class Subscription:
    """Somebody who listens to a topic.

    Attributes:
        protocol: such as `email`.
        endpoint: such as an address.
        confirmed: False: is told nothing yet.
    """

    protocol: str
    endpoint: str
    confirmed: bool


class Sns:
    """SNS in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: SNSClient = aws.client("sns")

    def subscriptions(self, topic_arn: str) -> list[Subscription]:
        """Those of a topic."""
        pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
        return [
            Subscription(each["Protocol"], each["Endpoint"], each["SubscriptionArn"] != PENDING)
            for page in pages
            for each in page["Subscriptions"]
        ]
