"""The tasks that run on average, by service."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from operations.cost.resources import Resource, Resources
from operations.cost.schedules import average_minimum

SERVICE = "AWS::ECS::Service"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"
SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"

DEFAULT_COUNT = 1
"""Of a service that says nothing of it: "DesiredCount" of AWS::ECS::Service, CloudFormation template reference."""


@dataclass(frozen=True)
class RunningTasks:
    """The tasks of one service.

    Attributes:
        count: on average over a month.
        spot: the share of them, 0 to 1, that runs on Fargate Spot.
        definition: their task definition; None if the templates do not have it.
    """

    service: Resource
    count: Decimal
    spot: Decimal
    definition: Resource | None


def running_tasks(resources: Resources) -> list[RunningTasks]:
    """The tasks of every service on Fargate.

    They are counted as if there were no load: as many as scaling keeps at least, or the fixed number. What a rollout
    starts for a few minutes beside them is not counted.
    """
    return [_of(service, resources) for service in resources.of(SERVICE) if on_fargate(service)]


def on_fargate(service: Resource) -> bool:
    """Whether tasks of that service run on Fargate."""
    providers = {each.get("CapacityProvider") for each in service.properties.get("CapacityProviderStrategy", [])}
    return providers <= {"FARGATE", "FARGATE_SPOT"} if providers else service.properties.get("LaunchType") == "FARGATE"


def _of(service: Resource, resources: Resources) -> RunningTasks:
    count = _count(service, resources)
    definitions = resources.referred(service, service.properties.get("TaskDefinition"), TASK_DEFINITION)
    return RunningTasks(
        service=service,
        count=count,
        spot=_spot_share(service.properties.get("CapacityProviderStrategy", []), count),
        definition=definitions[0] if definitions else None,
    )


def _count(service: Resource, resources: Resources) -> Decimal:
    for target in resources.of(SCALABLE_TARGET):
        if service in resources.referred(target, target.properties.get("ResourceId"), SERVICE):
            return average_minimum(target.properties)
    return Decimal(str(service.properties.get("DesiredCount", DEFAULT_COUNT)))


def _spot_share(strategy: list[Mapping[str, Any]], count: Decimal) -> Decimal:
    """Of so many tasks: a provider's base comes first, the weights divide the rest."""
    bases, weights = (
        {each["CapacityProvider"]: Decimal(str(each.get(key, 0))) for each in strategy} for key in ("Base", "Weight")
    )
    total = sum(weights.values())
    if count == 0 or not strategy:
        return Decimal(0)
    on_spot = min(bases.get("FARGATE_SPOT", Decimal(0)), count)
    rest = max(count - sum(bases.values()), Decimal(0))
    if total:
        on_spot += rest * weights.get("FARGATE_SPOT", Decimal(0)) / total
    return on_spot / count
