"""What is said of the deployments of a service, whoever says it: an email, Slack or PagerDuty.

ECS reports the end of a rollback as SERVICE_DEPLOYMENT_COMPLETED, just as that of a release that works, with nothing to
tell them apart ("Amazon ECS service deployment state change events"). So nothing is ever said of that event.
"""

from dataclasses import dataclass

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events

DETAIL_TYPE = "ECS Deployment State Change"


@dataclass(frozen=True)
class Words:
    """What is said of one kind of event; plain text without quotation marks, as it stands in JSON too.

    Attributes:
        title: what has happened, as a clause.
        text: what that means.
        steps: what to do, one sentence each.
    """

    title: str
    text: str
    steps: tuple[str, ...]


def of_failure(service_name: str, environment: str, runbook: str) -> Words:
    """Of a deployment that ECS has given up.

    Args:
        runbook: the address of the section about it; likewise below.
    """
    return Words(
        title=f"A deployment of {service_name} has failed",
        text=f"ECS has given up a deployment of the service {service_name} in the environment {environment}. What ran "
        "before goes on, unless this was the first deployment.",
        steps=(f"Run: slipway diagnose {environment}", f"Runbook: {runbook}"),
    )


def of_rollback(service_name: str, environment: str, runbook: str) -> Words:
    """Of a deployment that ECS has begun in order to put back what ran before."""
    return Words(
        title=f"{service_name} is being rolled back",
        text=f"A deployment of the service {service_name} in the environment {environment} has not held, and ECS is "
        "putting back what ran before. When that is done ECS reports a completed deployment: this is then the "
        "rollback, and not the release.",
        steps=(
            f"Run: slipway diagnose {environment}",
            f"Run: slipway status {environment}",
            f"Runbook: {runbook}",
        ),
    )


def failure(service: ecs.IBaseService) -> events.EventPattern:
    """The event of a deployment that has failed."""
    return _pattern(service, "SERVICE_DEPLOYMENT_FAILED")


def rollback(service: ecs.IBaseService) -> events.EventPattern:
    """The event of a deployment that puts back what ran before.

    Only its reason says so: "ECS deployment circuit breaker: rolling back to deploymentId ..."; a rollback on demand
    or by an alarm begins otherwise.
    """
    return _pattern(service, "SERVICE_DEPLOYMENT_IN_PROGRESS", reason=[{"wildcard": "*olling back to*"}])


def completion(service: ecs.IBaseService) -> events.EventPattern:
    """The event of a service that is steady again, with the release or with what ran before it."""
    return _pattern(service, "SERVICE_DEPLOYMENT_COMPLETED")


def _pattern(service: ecs.IBaseService, event_name: str, **detail: object) -> events.EventPattern:
    return events.EventPattern(
        source=["aws.ecs"],
        detail_type=[DETAIL_TYPE],
        resources=[service.service_arn],
        detail={"eventName": [event_name], **detail},
    )
