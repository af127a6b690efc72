"""How many tasks run."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

SCALE_OUT_COOLDOWN = Duration.minutes(1)
"""Between two steps to more tasks: the period of the metrics, so that a step is seen before the next one."""

SCALE_IN_COOLDOWN = Duration.minutes(5)
"""Longer than the way out: tasks that leave too early come back at once.

It is the default for both ("TargetTrackingScalingPolicyConfiguration", Application Auto Scaling API reference).
"""


@dataclass(frozen=True)
class ScheduledBounds:
    """Other bounds from a time on.

    Attributes:
        name: unique among those of one service.
        cron: the six fields of an AWS cron expression.
        time_zone: IANA name.
    """

    name: str
    cron: str
    time_zone: str
    min_tasks: int
    max_tasks: int


class TaskScaling(Construct):
    """Keeps the number of tasks between two bounds, and the average load of a task near its targets.

    Of several targets the one that asks for most tasks decides, and tasks leave only when all agree ("Target tracking
    scaling policies", Application Auto Scaling User Guide).

    Attributes:
        target: the scalable target.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.BaseService,
        min_tasks: int,
        max_tasks: int,
        cpu_percent: int,
        memory_percent: int,
        schedules: Sequence[ScheduledBounds],
    ) -> None:
        """Scale that service.

        Args:
            cpu_percent: of the reserved CPU, averaged over the tasks; 60 leaves room for a lost zone of three.
            memory_percent: of the reserved memory, likewise.
            schedules: change the bounds; the tasks follow at once.
        """
        super().__init__(scope, id)
        self.target = service.auto_scale_task_count(min_capacity=min_tasks, max_capacity=max_tasks)
        self.target.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=cpu_percent,
            scale_in_cooldown=SCALE_IN_COOLDOWN,
            scale_out_cooldown=SCALE_OUT_COOLDOWN,
        )
        self.target.scale_on_memory_utilization(
            "Memory",
            target_utilization_percent=memory_percent,
            scale_in_cooldown=SCALE_IN_COOLDOWN,
            scale_out_cooldown=SCALE_OUT_COOLDOWN,
        )
        for schedule in schedules:
            self.target.scale_on_schedule(
                schedule.name,
                schedule=autoscaling.Schedule.expression(f"cron({schedule.cron})"),
                time_zone=TimeZone.of(schedule.time_zone),
                min_capacity=schedule.min_tasks,
                max_capacity=schedule.max_tasks,
            )


class RequestScaling(Construct):
    """One more target: the requests that a task answers in a minute."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        target: ecs.ScalableTaskCount,
        requests_per_task: int,
        targets: elbv2.ApplicationTargetGroup,
    ) -> None:
        """Scale on what the load balancer counts for that target group.

        Args:
            requests_per_task: a minute.
        """
        super().__init__(scope, id)
        target.scale_on_request_count(
            id,
            requests_per_target=requests_per_task,
            target_group=targets,
            scale_in_cooldown=SCALE_IN_COOLDOWN,
            scale_out_cooldown=SCALE_OUT_COOLDOWN,
        )
