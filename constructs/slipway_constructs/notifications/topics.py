"""Where alarms and events go on their way to a human."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

ALARMS, RULES = "cloudwatch.amazonaws.com", "events.amazonaws.com"
USE_OF_KEY = ("kms:Decrypt", "kms:GenerateDataKey*")


class NotificationTopics(Construct):
    """Two encrypted topics, one for what wakes somebody and one for what can wait.

    Alarms and EventBridge rules may publish, the latter without a condition in the topics' policies: EventBridge sends
    SNS neither aws:SourceAccount nor aws:SourceArn, so that a statement with one lets no rule in ("Using
    resource-based policies for Amazon EventBridge"; of key policies "Enable compatibility between event sources from
    AWS services and encrypted topics", Amazon SNS). Its use of the key is bound to topics of this stack instead.

    Attributes:
        pages: for what needs a human now.
        tickets: for what needs a human in working hours.
        key: encrypts both.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        emails: Sequence[str],
        removal_policy: RemovalPolicy,
        alarm_names: Sequence[str] = ("*",),
        publishers: Sequence[str] = (),
    ) -> None:
        """Create the topics and the key that encrypts them.

        Args:
            emails: subscribed to both topics; AWS asks each address to confirm.
            removal_policy: of the key, when the stack is deleted.
            alarm_names: patterns of the alarms that may publish; omitted, all of the account and region.
            publishers: further services of AWS that publish for this account, such as `aps.amazonaws.com`; they have
                to say for which account.
        """
        super().__init__(scope, id)
        self._alarms = [
            Stack.of(self).format_arn(
                service="cloudwatch", resource="alarm", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
            )
            for name in alarm_names
        ]
        self._publishers = list(publishers)
        self.key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=removal_policy)
        for statement in (*self._conditional(USE_OF_KEY, "*"), self._use_of_key_by_rules()):
            self.key.add_to_resource_policy(statement)  # "*" is the key itself
        self.pages = self._topic("Pages", emails)
        self.tickets = self._topic("Tickets", emails)

    def add_topic_of_rules(self, id: str) -> sns.Topic:
        """A further topic, encrypted with the same key, to which only EventBridge rules may publish."""
        topic = sns.Topic(self, id, master_key=self.key, enforce_ssl=True)
        topic.add_to_resource_policy(_publication_by_rules(topic))
        return topic

    def _topic(self, id: str, emails: Sequence[str]) -> sns.Topic:
        topic = self.add_topic_of_rules(id)
        # A topic with a policy of its own loses SNS's default one, which lets the account's alarms publish.
        for statement in self._conditional(["sns:Publish"], topic.topic_arn):
            topic.add_to_resource_policy(statement)
        for email in emails:
            topic.add_subscription(subscriptions.EmailSubscription(email))
        return topic

    def _conditional(self, actions: Sequence[str], resource: str) -> list[iam.PolicyStatement]:
        """What alarms and the further publishers may, each for this account only."""
        of_account: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        by_alarms = {
            **of_account,
            "ArnLike": {"aws:SourceArn": self._alarms[0] if len(self._alarms) == 1 else self._alarms},
        }
        wanted = [([ALARMS], by_alarms), *([(self._publishers, of_account)] if self._publishers else [])]
        return [
            iam.PolicyStatement(
                actions=list(actions),
                resources=[resource],
                principals=[iam.ServicePrincipal(each) for each in services],
                conditions=conditions,
            )
            for services, conditions in wanted
        ]

    def _use_of_key_by_rules(self) -> iam.PolicyStatement:
        # CloudFormation begins the names of topics with that of the stack; the topics' own ARNs would be a circle.
        topics = Stack.of(self).format_arn(
            service="sns", resource=f"{Stack.of(self).stack_name}-*", arn_format=ArnFormat.NO_RESOURCE_NAME
        )
        return iam.PolicyStatement(
            actions=list(USE_OF_KEY),
            resources=["*"],
            principals=[iam.ServicePrincipal(RULES)],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": topics}},
        )


def _publication_by_rules(topic: sns.Topic) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sns:Publish"], resources=[topic.topic_arn], principals=[iam.ServicePrincipal(RULES)]
    )
