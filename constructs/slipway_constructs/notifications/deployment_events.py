"""Telling a human that a rollout failed."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.notifications import deployment_words
from slipway_constructs.notifications.deployment_words import Words
from slipway_constructs.notifications.topic_target import TopicTarget


class DeploymentEvents(Construct):
    """Tells topics, in plain text for emails, of failed deployments of one service and of rollbacks.

    The topics' policies have to let EventBridge in.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.IBaseService,
        failed: Words,
        rolling_back: Words,
        page: sns.ITopic,
        ticket: sns.ITopic,
        dead_letters: sqs.IQueue,
    ) -> None:
        """Watch the deployments of that service.

        Args:
            failed: what is said of a failed deployment.
            rolling_back: what is said when ECS begins to put back what ran before.
            page: told of failed deployments, also when ECS rolls them back.
            ticket: told of rollbacks.
            dead_letters: keeps what could not be published.
        """
        super().__init__(scope, id)
        for name, pattern, words, topic in (
            ("Failed", deployment_words.failure(service), failed, page),
            ("RollingBack", deployment_words.rollback(service), rolling_back, ticket),
        ):
            rule = events.Rule(self, name, description=f"{words.title}: emails.", event_pattern=pattern)
            message = events.RuleTargetInput.from_multiline_text(_as_text(words))
            rule.add_target(TopicTarget(topic, message=message, dead_letters=dead_letters))


def _as_text(words: Words) -> str:
    reason = events.EventField.from_path("$.detail.reason")
    deployment = events.EventField.from_path("$.detail.deploymentId")
    said = f"ECS says of {deployment}: {reason}"
    return "\n".join([f"{words.title}.", words.text, said, *words.steps])
