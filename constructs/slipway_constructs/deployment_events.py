"""Telling a human that a rollout failed."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from constructs import Construct


class DeploymentEvents(Construct):
    """Sends ECS's own event about a failed deployment of one service to a topic."""

    def __init__(self, scope: Construct, id: str, *, service: ecs.IBaseService, page: sns.ITopic) -> None:
        """Watch the deployments of that service.

        Args:
            page: told of each failed deployment, also when ECS has rolled it back.
        """
        super().__init__(scope, id)
        events.Rule(
            self,
            "Failed",
            description="A deployment of the service failed.",
            event_pattern=events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Deployment State Change"],
                resources=[service.service_arn],
                detail={"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
            ),
            targets=[targets.SnsTopic(page)],
        )
