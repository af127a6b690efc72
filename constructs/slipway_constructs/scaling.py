"""How many tasks run."""

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from constructs import Construct


class TaskScaling(Construct):
    """Keeps the number of tasks between two bounds and their average CPU near a target."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.BaseService,
        min_tasks: int,
        max_tasks: int,
        cpu_target_percent: int = 60,
    ) -> None:
        """Scale that service.

        Args:
            cpu_target_percent: of the reserved CPU, averaged over the tasks; 60 leaves room for a lost zone.
        """
        super().__init__(scope, id)
        target = service.auto_scale_task_count(min_capacity=min_tasks, max_capacity=max_tasks)
        target.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=cpu_target_percent,
            scale_in_cooldown=Duration.minutes(5),
            scale_out_cooldown=Duration.minutes(1),
        )
