"""What ECS knows of a service and its tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import (
        DeploymentCircuitBreakerTypeDef,
        DeploymentTypeDef,
        LoadBalancerTypeDef,
        ServiceTypeDef,
        TaskTypeDef,
    )

DESCRIBED_AT_ONCE = 100
"""Tasks that one DescribeTasks takes (Amazon ECS API reference)."""

SERVICE_CONTAINER = "service"
"""The container that answers requests; others of the task help it."""


@dataclass(frozen=True)
class Deployment:
    """A rollout of a service, as long as it has tasks.

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
    desired: int = 0
    running: int = 0
    pending: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Breaker:
    """The deployment circuit breaker of a service.

    Attributes:
        type: of the threshold: `COUNT`, `BOUNDED_PERCENT` or `UNBOUNDED_PERCENT`.
        value: of the threshold.
    """

    type: str
    value: int


@dataclass(frozen=True)
class Service:
    """A service and its rollouts, the newest first.

    Attributes:
        breaker: None if it is off.
        alarms: names of those that roll a rollout back.
        target_groups: ARNs of those that its tasks are targets of.
    """

    name: str
    status: str
    desired: int
    running: int
    pending: int
    task_definition: str
    deployments: tuple[Deployment, ...]
    breaker: Breaker | None = None
    alarms: tuple[str, ...] = ()
    arn: str = ""
    target_groups: tuple[str, ...] = ()

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
        started_at: None while it is pending, like the other times before they come.
        stopping_at: when ECS began to end it; its target is drained from then on.
        image_digest: of the container that answers requests; empty where it is not known.
    """

    id: str
    last_status: str
    health_status: str
    task_definition: str
    private_address: str | None
    started_at: datetime | None
    created_at: datetime | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    stopping_at: datetime | None = None
    stopped_at: datetime | None = None
    image_digest: str = ""


class Ecs:
    """ECS in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ECSClient = aws.client("ecs")

    def service(self, cluster: str, name: str) -> Service | None:
        """The service of that name; None if there is none."""
        found = self._client.describe_services(cluster=cluster, services=[name])["services"]
        return _service(found[0]) if found else None

    def tasks(self, cluster: str, service: str, *, stopped: bool = False) -> list[Task]:
        """The tasks of that service; at most 100, as many as one call describes.

        Args:
            stopped: those that ECS has stopped, which it remembers for about an hour, instead of those that are to run.
        """
        desired: Literal["RUNNING", "STOPPED"] = "STOPPED" if stopped else "RUNNING"
        arns = self._client.list_tasks(
            cluster=cluster, serviceName=service, desiredStatus=desired, maxResults=DESCRIBED_AT_ONCE
        )["taskArns"]
        if not arns:
            return []
        return [_task(task) for task in self._client.describe_tasks(cluster=cluster, tasks=arns)["tasks"]]

    def environment_variables(self, task_definition: str) -> Mapping[str, str]:
        """The variables of that task definition's first container."""
        described = self._client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        return {each["name"]: each["value"] for each in described["containerDefinitions"][0].get("environment", [])}

    def image(self, task_definition: str) -> str:
        """The image of the container that answers requests, as that task definition names it."""
        described = self._client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        return of_the_service({each["name"]: each["image"] for each in described["containerDefinitions"]})


def of_the_service(by_container: Mapping[str, str]) -> str:
    """What belongs to the container that answers requests: the one of that name, else the first."""
    return by_container.get(SERVICE_CONTAINER, next(iter(by_container.values()), ""))


def _service(service: "ServiceTypeDef") -> Service:
    configuration = service.get("deploymentConfiguration", {})
    breaker, alarms = configuration.get("deploymentCircuitBreaker"), configuration.get("alarms")
    return Service(
        name=service["serviceName"],
        status=service["status"],
        desired=service["desiredCount"],
        running=service["runningCount"],
        pending=service["pendingCount"],
        task_definition=service["taskDefinition"],
        deployments=tuple(_deployment(each) for each in service["deployments"]),
        breaker=_breaker(breaker) if breaker and breaker["enable"] else None,
        alarms=tuple(alarms["alarmNames"]) if alarms and alarms["enable"] else (),
        arn=service.get("serviceArn", ""),
        target_groups=tuple(arn for each in service.get("loadBalancers", []) for arn in _target_groups(each)),
    )


def _target_groups(load_balancer: "LoadBalancerTypeDef") -> list[str]:
    """Two where traffic is shifted between them."""
    alternate = load_balancer.get("advancedConfiguration", {}).get("alternateTargetGroupArn", "")
    return [arn for arn in (load_balancer.get("targetGroupArn", ""), alternate) if arn]


def _breaker(breaker: "DeploymentCircuitBreakerTypeDef") -> Breaker:
    threshold = breaker.get("thresholdConfiguration")
    if threshold is None:  # half of the tasks: "How the Amazon ECS deployment circuit breaker detects failures"
        return Breaker("BOUNDED_PERCENT", 50)
    return Breaker(threshold["type"], threshold["value"])


def _deployment(deployment: "DeploymentTypeDef") -> Deployment:
    return Deployment(
        id=deployment["id"],
        status=deployment["status"],
        rollout_state=deployment.get("rolloutState", "COMPLETED"),
        reason=deployment.get("rolloutStateReason", ""),
        task_definition=deployment["taskDefinition"],
        failed_tasks=deployment.get("failedTasks", 0),
        desired=deployment.get("desiredCount", 0),
        running=deployment.get("runningCount", 0),
        pending=deployment.get("pendingCount", 0),
        created_at=deployment.get("createdAt"),
        updated_at=deployment.get("updatedAt"),
    )


def _task(task: "TaskTypeDef") -> Task:
    digests = {each["name"]: each.get("imageDigest", "") for each in task.get("containers", []) if "name" in each}
    return Task(
        id=task["taskArn"].rpartition("/")[2],
        last_status=task["lastStatus"],
        health_status=task.get("healthStatus", "UNKNOWN"),
        task_definition=task["taskDefinitionArn"],
        private_address=_address(task),
        started_at=task.get("startedAt"),
        created_at=task.get("createdAt"),
        pull_started_at=task.get("pullStartedAt"),
        pull_stopped_at=task.get("pullStoppedAt"),
        stopping_at=task.get("stoppingAt"),
        stopped_at=task.get("stoppedAt"),
        image_digest=of_the_service(digests),
    )


def _address(task: "TaskTypeDef") -> str | None:
    details = [detail for each in task.get("attachments", []) for detail in each.get("details", [])]
    return next((detail["value"] for detail in details if detail.get("name") == "privateIPv4Address"), None)
