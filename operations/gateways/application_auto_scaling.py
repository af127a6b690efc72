"""What Application Auto Scaling keeps of an ECS service: the bounds of its number of tasks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_application_autoscaling.type_defs import ScheduledActionTypeDef

NAMESPACE: Final = "ecs"
DIMENSION: Final = "ecs:service:DesiredCount"


@dataclass(frozen=True)
class Bounds:
    """How many tasks there are at least, and at most."""

    min: int
    max: int

    def __str__(self) -> str:
        return f"{self.min} to {self.max}"


@dataclass(frozen=True)
class ScheduledChange:
    """Other bounds from a time on.

    Attributes:
        when: as AWS writes it, such as `cron(0 20 ? * MON-FRI *)`.
        time_zone: IANA name.
        min: None leaves it as it is; likewise max.
    """

    name: str
    when: str
    time_zone: str
    min: int | None
    max: int | None


class ApplicationAutoScaling:
    """Application Auto Scaling in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ApplicationAutoScalingClient = aws.client("application-autoscaling")

    def bounds(self, cluster: str, service: str) -> Bounds | None:
        """Between which the service's number of tasks is kept; None if nothing keeps it."""
        found = self._client.describe_scalable_targets(
            ServiceNamespace=NAMESPACE, ScalableDimension=DIMENSION, ResourceIds=[_resource(cluster, service)]
        )["ScalableTargets"]
        return next((Bounds(each["MinCapacity"], each["MaxCapacity"]) for each in found), None)

    def schedule(self, cluster: str, service: str) -> list[ScheduledChange]:
        """What changes the service's bounds by the clock."""
        pages = self._client.get_paginator("describe_scheduled_actions").paginate(
            ServiceNamespace=NAMESPACE, ScalableDimension=DIMENSION, ResourceId=_resource(cluster, service)
        )
        return [_change(action) for page in pages for action in page["ScheduledActions"]]

    def keep(self, cluster: str, service: str, bounds: Bounds) -> None:
        """Keep the service's number of tasks between these bounds; where it is outside of them, it changes at once."""
        self._client.register_scalable_target(
            ServiceNamespace=NAMESPACE,
            ScalableDimension=DIMENSION,
            ResourceId=_resource(cluster, service),
            MinCapacity=bounds.min,
            MaxCapacity=bounds.max,
        )


def _resource(cluster: str, service: str) -> str:
    return f"service/{cluster}/{service}"


def _change(action: "ScheduledActionTypeDef") -> ScheduledChange:
    bounds = action.get("ScalableTargetAction", {})
    return ScheduledChange(
        name=action["ScheduledActionName"],
        when=action["Schedule"],
        time_zone=action.get("Timezone", "UTC"),
        min=bounds.get("MinCapacity"),
        max=bounds.get("MaxCapacity"),
    )
