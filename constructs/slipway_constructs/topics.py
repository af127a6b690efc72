"""Where alarms and events go on their way to a human."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

PUBLISHERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")
"""The services that publish: CloudWatch alarms and EventBridge rules of the same account."""


class NotificationTopics(Construct):
    """Two encrypted topics, one for what wakes somebody and one for what can wait.

    Attributes:
        pages: for what needs a human now.
        tickets: for what needs a human in working hours.
    """

    def __init__(self, scope: Construct, id: str, *, emails: Sequence[str], removal_policy: RemovalPolicy) -> None:
        """Create the topics and the key that encrypts them.

        Args:
            emails: subscribed to both topics; AWS asks each address to confirm.
            removal_policy: of the key, when the stack is deleted.
        """
        super().__init__(scope, id)
        self._key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=removal_policy)
        self._key.add_to_resource_policy(
            self._publishers_may("kms:Decrypt", "kms:GenerateDataKey*", resources=["*"])  # "*" is the key itself
        )
        self.pages = self._topic("Pages", emails)
        self.tickets = self._topic("Tickets", emails)

    def _topic(self, id: str, emails: Sequence[str]) -> sns.Topic:
        topic = sns.Topic(self, id, master_key=self._key, enforce_ssl=True)
        # A topic with a policy of its own loses SNS's default one, which lets the account's alarms publish.
        topic.add_to_resource_policy(self._publishers_may("sns:Publish", resources=[topic.topic_arn]))
        for email in emails:
            topic.add_subscription(subscriptions.EmailSubscription(email))
        return topic

    def _publishers_may(self, *actions: str, resources: list[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=list(actions),
            resources=resources,
            principals=[iam.ServicePrincipal(publisher) for publisher in PUBLISHERS],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
        )
