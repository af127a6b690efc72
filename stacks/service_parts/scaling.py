"""From `[environments.NAME.tasks]` to what scales the service."""

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from configuration.tasks import Tasks
from slipway_constructs.services.scaling import RequestScaling, ScheduledBounds, TaskScaling


def add_scaling(
    stack: Stack, tasks: Tasks, *, service: ecs.FargateService, targets: elbv2.ApplicationTargetGroup
) -> None:
    """Scale that service, and by the requests to those targets if that is asked for; a fixed number scales nothing."""
    if tasks.count is not None:
        return
    scaling = TaskScaling(
        stack,
        "Scaling",
        service=service,
        min_tasks=tasks.min,
        max_tasks=tasks.max,
        cpu_percent=tasks.cpu_percent,
        memory_percent=tasks.memory_percent,
        schedules=[
            ScheduledBounds(each.name, each.cron, each.time_zone, min_tasks=each.min, max_tasks=each.max)
            for each in tasks.schedules
        ],
    )
    if tasks.requests_per_task is not None:
        RequestScaling(
            stack,
            "Requests",
            target=scaling.target,
            requests_per_task=tasks.requests_per_task,
            targets=targets,
        )
