"""Telling a Slack channel."""

from collections.abc import Sequence

from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.access.operated_service import GENERATED
from slipway_constructs.acknowledgements import acknowledge, acknowledge_inline_policies
from slipway_constructs.notifications import deployment_words
from slipway_constructs.notifications.deployment_words import Words
from slipway_constructs.notifications.topic_target import TopicTarget

CHARTS = ("cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage")
"""What draws the chart below an alarm; they have no resource type."""

GUARDRAIL = "CloudWatchReadOnlyAccess"
"""The most that anybody in the channel may do through the bot. Without one that is AdministratorAccess ("Protection
policies", Amazon Q Developer in chat applications)."""


class SlackChannel(Construct):
    """A channel that is told of alarms, with their charts, and of whatever else these topics carry.

    Amazon Q Developer in chat applications shows the messages of CloudWatch alarms, and custom notifications in its own
    JSON; it drops any other message. The workspace has to have been authorised in its console.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration_name: str,
        workspace_id: str,
        channel_id: str,
        topics: Sequence[sns.ITopic],
        alarm_arns: Sequence[str],
    ) -> None:
        """Have the channel listen to those topics.

        Args:
            configuration_name: unique in the account.
            alarm_arns: patterns of the alarms that the channel may look at.
        """
        super().__init__(scope, id)
        role = iam.Role(
            self,
            "Role",
            description="What a Slack channel may read: alarms and their charts.",
            # Without a condition: AWS documents none that the service fulfils when it takes on a channel's role.
            assumed_by=iam.ServicePrincipal("chatbot.amazonaws.com"),
        )
        role.add_to_policy(iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=list(alarm_arns)))
        role.add_to_policy(iam.PolicyStatement(actions=list(CHARTS), resources=["*"]))
        for arns in alarm_arns:
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{arns}]", GENERATED)
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "What draws charts of metrics has no resource type: AWS takes only * for it.",
        )
        acknowledge_inline_policies(role)
        chatbot.SlackChannelConfiguration(
            self,
            "Channel",
            slack_channel_configuration_name=configuration_name,
            slack_workspace_id=workspace_id,
            slack_channel_id=channel_id,
            notification_topics=list(topics),
            role=role,
            guardrail_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(GUARDRAIL)],
        )


class SlackDeploymentEvents(Construct):
    """Tells a topic of failed deployments of one service and of rollbacks, as custom notifications for Slack."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.IBaseService,
        failed: Words,
        rolling_back: Words,
        topic: sns.ITopic,
        dead_letters: sqs.IQueue,
    ) -> None:
        """Watch the deployments of that service.

        Args:
            topic: whose policy lets EventBridge in.
            dead_letters: keeps what could not be published.
        """
        super().__init__(scope, id)
        for name, pattern, words, icon in (
            ("Failed", deployment_words.failure(service), failed, ":rotating_light:"),
            ("RollingBack", deployment_words.rollback(service), rolling_back, ":rewind:"),
        ):
            rule = events.Rule(self, name, description=f"{words.title}: Slack.", event_pattern=pattern)
            message = events.RuleTargetInput.from_object(_notification(words, icon))
            rule.add_target(TopicTarget(topic, message=message, dead_letters=dead_letters))


def _notification(words: Words, icon: str) -> dict[str, object]:
    """In the schema of "Custom notifications", Amazon Q Developer in chat applications."""
    reason = events.EventField.from_path("$.detail.reason")
    deployment = events.EventField.from_path("$.detail.deploymentId")
    return {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": f"{icon} {words.title}",
            "description": f"{words.text}\nECS says of {deployment}: {reason}",
            "nextSteps": list(words.steps),
        },
    }
