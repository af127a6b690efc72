"""What ECS measures of a service's tasks."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs

from slipway_constructs.observability.target_metrics import MINUTE


@dataclass(frozen=True)
class TaskMetrics:
    """Metrics of one service, a value a minute.

    `cpu` and `memory` are there for every service; the others are published by Container Insights only.
    """

    service: ecs.IBaseService

    def cpu(self) -> cloudwatch.Metric:
        """Percent of the CPU that the tasks have, on average."""
        return self._metric("AWS/ECS", "CPUUtilization", "Average", "CPU in percent")

    def memory(self) -> cloudwatch.Metric:
        """Percent of the memory that the tasks have, on average."""
        return self._metric("AWS/ECS", "MemoryUtilization", "Average", "Memory in percent")

    def running(self) -> cloudwatch.Metric:
        """The fewest tasks that ran."""
        return self._metric("ECS/ContainerInsights", "RunningTaskCount", "Minimum", "Running")

    def desired(self) -> cloudwatch.Metric:
        """The most tasks that ECS was to run."""
        return self._metric("ECS/ContainerInsights", "DesiredTaskCount", "Maximum", "Desired")

    def deployments(self) -> cloudwatch.Metric:
        """The most deployments at a time: one is the state of rest, two are a rollout."""
        return self._metric("ECS/ContainerInsights", "DeploymentCount", "Maximum", "Deployments")

    def _metric(self, namespace: str, name: str, statistic: str, label: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map={
                "ClusterName": self.service.cluster.cluster_name,
                "ServiceName": self.service.service_name,
            },
            statistic=statistic,
            label=label,
            period=MINUTE,
        )
