"""What ECS tells of a service beyond its state: what it promised to run, what stopped, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        ContainerTypeDef,
        ServiceTypeDef,
        TaskDefinitionTypeDef,
        TaskTypeDef,
    )


@dataclass(frozen=True)
class ServiceEvent:
    """A line of the service's event stream."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Binding:
    """A container's port that a target group sends to.

    Attributes:
        alternate_target_group: takes its turns with the other where traffic is shifted; empty otherwise.
    """

    target_group: str
    alternate_target_group: str
    container: str
    port: int

    @property
    def target_groups(self) -> tuple[str, ...]:
        """The ARNs of both."""
        return tuple(filter(None, (self.target_group, self.alternate_target_group)))


@dataclass(frozen=True)
class ServiceSettings:
    """How a service runs its tasks.

    Attributes:
        desired: the number of tasks that it is to have; likewise those that run.
        grace_seconds: after the start of a task in which failed health checks do not count.
        public_addresses: whether tasks get one.
        alarms: that roll a rollout back.
        events: the newest first, at most 100.
    """

    name: str
    task_definition: str
    desired: int
    running: int
    grace_seconds: int
    bindings: tuple[Binding, ...]
    subnets: tuple[str, ...]
    public_addresses: bool
    alarms: tuple[str, ...]
    events: tuple[ServiceEvent, ...]


@dataclass(frozen=True)
class ContainerSettings:
    """A container of a task definition.

    Attributes:
        secrets: variable to what it comes from: an ARN of Secrets Manager, the name or ARN of a parameter.
        log_group: CloudWatch Logs; empty with another log driver.
        log_prefix: what streams begin with.
    """

    name: str
    image: str
    essential: bool
    ports: tuple[int, ...]
    secrets: Mapping[str, str]
    log_group: str
    log_prefix: str

    def log_stream(self, task_id: str) -> str:
        """Of that task's container, as the awslogs driver names it."""
        return f"{self.log_prefix}/{self.name}/{task_id}"


@dataclass(frozen=True)
class TaskSettings:
    """A task definition.

    Attributes:
        cpu: CPU units.
        memory: MiB.
        architecture: `arm64` or `x86_64`; empty where it does not say.
        execution_role: the ARN; empty if there is none. Likewise the task's own role.
    """

    arn: str
    cpu: int
    memory: int
    architecture: str
    execution_role: str
    task_role: str
    containers: tuple[ContainerSettings, ...]

    @property
    def main(self) -> ContainerSettings:
        """The container that the task is about: the first essential one."""
        return next((each for each in self.containers if each.essential), self.containers[0])


@dataclass(frozen=True)
class StoppedContainer:
    """A container of a stopped task.

    Attributes:
        exit_code: None if it never ran.
        reason: in ECS's words; mostly empty.
    """

    name: str
    exit_code: int | None
    reason: str


@dataclass(frozen=True)
class StoppedTask:
    """A task that has stopped, or is about to.

    Attributes:
        stop_code: such as `EssentialContainerExited`.
        reason: in ECS's words.
        started_at: None if it never ran.
        health: of its container check: `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    """

    id: str
    stop_code: str
    reason: str
    task_definition: str
    created_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    health: str
    containers: tuple[StoppedContainer, ...]

    @property
    def seconds(self) -> float | None:
        """How long it ran; None if it never did, or has not stopped."""
        if self.started_at is None or self.stopped_at is None:
            return None
        return (self.stopped_at - self.started_at).total_seconds()


class EcsTasks:
    """ECS in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ECSClient = aws.client("ecs")

    def service(self, cluster: str, name: str) -> ServiceSettings | None:
        """The service of that name; None if there is none."""
        found = self._client.describe_services(cluster=cluster, services=[name])["services"]
        return _service(found[0]) if found else None

    def task_definition(self, arn: str) -> TaskSettings:
        """That revision of a task definition."""
        return _task_definition(self._client.describe_task_definition(taskDefinition=arn)["taskDefinition"])

    def stopped(self, cluster: str, service: str) -> list[StoppedTask]:
        """The service's stopped tasks, the newest first; at most 100.

        ECS forgets a stopped task after about an hour (DescribeTasks in the Amazon ECS API reference).
        """
        arns = self._client.list_tasks(cluster=cluster, serviceName=service, desiredStatus="STOPPED")["taskArns"]
        if not arns:
            return []
        tasks = [_stopped(each) for each in self._client.describe_tasks(cluster=cluster, tasks=arns)["tasks"]]
        return sorted(tasks, key=lambda task: task.created_at, reverse=True)


def _service(service: "ServiceTypeDef") -> ServiceSettings:
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration")
    events = [ServiceEvent(each["createdAt"], each["message"]) for each in service.get("events", [])]
    return ServiceSettings(
        name=service["serviceName"],
        task_definition=service["taskDefinition"],
        desired=service["desiredCount"],
        running=service["runningCount"],
        grace_seconds=service.get("healthCheckGracePeriodSeconds", 0),
        bindings=tuple(
            Binding(
                target_group=each["targetGroupArn"],
                alternate_target_group=each.get("advancedConfiguration", {}).get("alternateTargetGroupArn", ""),
                container=each.get("containerName", ""),
                port=each.get("containerPort", 0),
            )
            for each in service.get("loadBalancers", [])
            if each.get("targetGroupArn")
        ),
        subnets=tuple(network["subnets"]) if network else (),
        public_addresses=bool(network and network.get("assignPublicIp") == "ENABLED"),
        alarms=tuple(service.get("deploymentConfiguration", {}).get("alarms", {}).get("alarmNames", [])),
        events=tuple(events),
    )


def _task_definition(definition: "TaskDefinitionTypeDef") -> TaskSettings:
    return TaskSettings(
        arn=definition["taskDefinitionArn"],
        cpu=int(definition.get("cpu") or 0),
        memory=int(definition.get("memory") or 0),
        architecture=definition.get("runtimePlatform", {}).get("cpuArchitecture", "").lower(),
        execution_role=definition.get("executionRoleArn", ""),
        task_role=definition.get("taskRoleArn", ""),
        containers=tuple(_container(each) for each in definition["containerDefinitions"]),
    )


def _container(container: "ContainerDefinitionOutputTypeDef") -> ContainerSettings:
    options = container.get("logConfiguration", {}).get("options", {})
    return ContainerSettings(
        name=container["name"],
        image=container.get("image", ""),
        essential=container.get("essential", True),
        ports=tuple(each.get("containerPort", 0) for each in container.get("portMappings", [])),
        secrets={each["name"]: each["valueFrom"] for each in container.get("secrets", [])},
        log_group=options.get("awslogs-group", ""),
        log_prefix=options.get("awslogs-stream-prefix", ""),
    )


def _stopped(task: "TaskTypeDef") -> StoppedTask:
    return StoppedTask(
        id=task["taskArn"].rpartition("/")[2],
        stop_code=task.get("stopCode", ""),
        reason=task.get("stoppedReason", ""),
        task_definition=task["taskDefinitionArn"],
        created_at=task["createdAt"],
        started_at=task.get("startedAt"),
        stopped_at=task.get("stoppedAt"),
        health=task.get("healthStatus", "UNKNOWN"),
        containers=tuple(_stopped_container(each) for each in task.get("containers", [])),
    )


def _stopped_container(container: "ContainerTypeDef") -> StoppedContainer:
    return StoppedContainer(container["name"], container.get("exitCode"), container.get("reason", ""))
