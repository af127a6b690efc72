"""Where the signals of one environment go."""

from collections.abc import Callable, Sequence

from aws_cdk import ArnFormat, CfnOutput
from aws_cdk import aws_sns as sns
from constructs import Construct

from configuration import Environment
from configuration.alerts import Slack
from configuration.stack_names import observability, prometheus, service
from slipway_constructs.notifications.slack import SlackChannel
from slipway_constructs.notifications.topics import NotificationTopics
from stacks.environment_stack import EnvironmentStack
from stacks.retention import removal_policy


class TelemetryStack(EnvironmentStack):
    """The topics for pages and tickets, and who listens to them.

    Attributes:
        topics: both of them.
        deployment_notices: for what only Slack is told of deployments; None without Slack.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        publishers: Sequence[str] = (),
    ) -> None:
        """Create the topics and subscribe the environment's addresses and its channel.

        Args:
            publishers: services of AWS that publish to the topics, beside alarms and EventBridge rules.
        """
        super().__init__(scope, id, environment=environment, description=f"Topics of {environment.name}.")
        # Of these stacks alarms page or make tickets.
        telling = (observability, *([prometheus] if environment.collects_telemetry else []))
        self.topics = NotificationTopics(
            self,
            "Topics",
            emails=environment.alerts.emails,
            removal_policy=removal_policy(environment),
            alarm_names=[f"{stack(environment.name)}-*" for stack in telling],
            publishers=publishers,
        )
        self.deployment_notices: sns.Topic | None = None
        if environment.alerts.slack:
            self._add_slack(environment, environment.alerts.slack, [service, *telling])
        CfnOutput(self, "PagesTopicArn", value=self.topics.pages.topic_arn)
        CfnOutput(self, "TicketsTopicArn", value=self.topics.tickets.topic_arn)

    def _add_slack(self, environment: Environment, slack: Slack, watched: Sequence[Callable[[str], str]]) -> None:
        notices = self.topics.add_topic_of_rules("DeploymentNotices")
        SlackChannel(
            self,
            "Slack",
            # of the account, which may have environments of the same name in several regions
            configuration_name=f"slipway-{environment.name}-{environment.region}",
            workspace_id=slack.workspace_id,
            channel_id=slack.channel_id,
            topics=[self.topics.pages, self.topics.tickets, notices],
            alarm_arns=[
                self.format_arn(
                    service="cloudwatch",
                    resource="alarm",
                    resource_name=f"{stack(environment.name)}-*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
                for stack in watched
            ],
        )
        self.deployment_notices = notices
