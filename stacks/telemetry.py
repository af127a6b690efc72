"""Where the signals of one environment go."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import Environment as CdkEnvironment
from constructs import Construct

from configuration import Environment
from configuration.stack_names import telemetry
from slipway_constructs.topics import NotificationTopics
from stacks.retention import removal_policy


class TelemetryStack(Stack):
    """The topics for pages and tickets.

    Attributes:
        topics: both of them.
    """

    def __init__(self, scope: Construct, id: str, *, env: CdkEnvironment, environment: Environment) -> None:
        """Create the topics and subscribe the environment's addresses."""
        super().__init__(
            scope,
            id,
            stack_name=telemetry(environment.name),
            env=env,
            termination_protection=environment.retain_data,
            description=f"Topics of {environment.name}.",
        )
        self.topics = NotificationTopics(
            self, "Topics", emails=environment.alerts.emails, removal_policy=removal_policy(environment)
        )
        CfnOutput(self, "PagesTopicArn", value=self.topics.pages.topic_arn)
        CfnOutput(self, "TicketsTopicArn", value=self.topics.tickets.topic_arn)
