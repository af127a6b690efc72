"""What ECS knows of a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


@dataclass(frozen=True)
class Deployment:
    """A rollout of a service.

    Attributes:
        status: `PRIMARY` for the newest, `ACTIVE` for one that still has tasks.
        rollout_state: `IN_PROGRESS`, `COMPLETED` or `FAILED`.
        reason: why, in ECS's words.
    """

    id: str
    status: str
    rollout_state: str
    reason: str
    task_definition: str
    failed_tasks: int


@dataclass(frozen=True)
class Service:
    """A service and its rollouts, the newest first."""

    name: str
    status: str
    desired: int
    running: int
    pending: int
    task_definition: str
    deployments: tuple[Deployment, ...]

    @property
    def primary(self) -> Deployment | None:
        """The rollout that decides what runs."""
        return next((each for each in self.deployments if each.status == "PRIMARY"), None)


@dataclass(frozen=True)
class Task:
    """A task.

    Attributes:
        id: the last part of its ARN.
        private_address: IPv4; None before it has one.
        started_at: None while it is pending.
    """

    id: str
    last_status: str
    health_status: str
    task_definition: str
    private_address: str | None
    started_at: datetime | None


class Ecs:
    """ECS in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("ecs", endpoint_url=aws.endpoint, config=aws.config)

    def service(self, cluster: str, name: str) -> Service | None:
        """The service of that name; None if there is none."""
        found = self._client.describe_services(cluster=cluster, services=[name])["services"]
        if not found:
            return None
        service = found[0]
        return Service(
            name=service["serviceName"],
            status=service["status"],
            desired=service["desiredCount"],
            running=service["runningCount"],
            pending=service["pendingCount"],
            task_definition=service["taskDefinition"],
            deployments=tuple(
                Deployment(
                    id=each["id"],
                    status=each["status"],
                    rollout_state=each.get("rolloutState", "COMPLETED"),
                    reason=each.get("rolloutStateReason", ""),
                    task_definition=each["taskDefinition"],
                    failed_tasks=each.get("failedTasks", 0),
                )
                for each in service["deployments"]
            ),
        )

    def tasks(self, cluster: str, service: str) -> list[Task]:
        """The tasks of that service that are not stopped; at most 100, as many as one call describes."""
        arns = self._client.list_tasks(cluster=cluster, serviceName=service)["taskArns"]
        if not arns:
            return []
        described = self._client.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
        return [
            Task(
                id=task["taskArn"].rpartition("/")[2],
                last_status=task["lastStatus"],
                health_status=task.get("healthStatus", "UNKNOWN"),
                task_definition=task["taskDefinitionArn"],
                private_address=_address(task),
                started_at=task.get("startedAt"),
            )
            for task in described
        ]

    def environment_variables(self, task_definition: str) -> Mapping[str, str]:
        """The variables of that task definition's first container."""
        described = self._client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        return {each["name"]: each["value"] for each in described["containerDefinitions"][0].get("environment", [])}


def _address(task: "TaskTypeDef") -> str | None:
    details = [detail for each in task.get("attachments", []) for detail in each.get("details", [])]
    return next((detail["value"] for detail in details if detail.get("name") == "privateIPv4Address"), None)
