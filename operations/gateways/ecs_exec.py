"""What ECS tells of tasks in which commands can be run, and how it opens a session in one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ContainerTypeDef, TaskTypeDef

AGENT = "ExecuteCommandAgent"
"""What ECS calls the agent that runs commands (ManagedAgent in the Amazon ECS API reference)."""

AGENT_RUNNING = "RUNNING"

DESCRIBED_AT_ONCE = 100
"""Tasks that one DescribeTasks takes (Amazon ECS API reference)."""


class NotConnectedError(Exception):
    """ECS does not reach the agent in the task."""


@dataclass(frozen=True)
class RunningContainer:
    """A container of a task that runs.

    Attributes:
        runtime_id: what the agent calls it.
        agent: the state of the agent that runs commands, such as `RUNNING`; empty if there is none.
        agent_reason: why, in ECS's words; mostly empty.
    """

    name: str
    runtime_id: str
    agent: str
    agent_reason: str


@dataclass(frozen=True)
class RunningTask:
    """A task that runs.

    Attributes:
        enabled: whether it was started with ECS Exec.
        containers: by name.
    """

    arn: str
    started_at: datetime
    enabled: bool
    containers: Mapping[str, RunningContainer]

    @property
    def id(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class Session:
    """What the Session Manager plugin needs to join a session.

    Attributes:
        token: that lets whoever has it join; secret.
        target: the container, in Session Manager's words.
    """

    id: str
    stream_url: str
    token: str
    target: str


class EcsExec:
    """ECS in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ECSClient = aws.client("ecs")

    @property
    def endpoint(self) -> str:
        """Where ECS is asked."""
        return self._client.meta.endpoint_url

    def enabled(self, cluster: str, service: str) -> bool | None:
        """Whether the service starts its tasks with ECS Exec; None if there is no such service."""
        found = self._client.describe_services(cluster=cluster, services=[service])["services"]
        return found[0].get("enableExecuteCommand", False) if found else None

    def running(self, cluster: str, service: str) -> list[RunningTask]:
        """The service's tasks that run, the newest first; at most 100."""
        arns = self._client.list_tasks(
            cluster=cluster, serviceName=service, desiredStatus="RUNNING", maxResults=DESCRIBED_AT_ONCE
        )["taskArns"]
        described = self._client.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
        tasks = [_task(each) for each in described if each["lastStatus"] == "RUNNING"]
        return sorted(tasks, key=lambda task: task.started_at, reverse=True)

    def open(self, cluster: str, task: RunningTask, container: RunningContainer, command: str) -> Session:
        """Start the command in that container, and a session for whoever is to see it.

        Raises:
            NotConnectedError: the agent in the task is not there, or has no way to Session Manager.
        """
        try:
            answer = self._client.execute_command(
                cluster=cluster, task=task.arn, container=container.name, command=command, interactive=True
            )
        except self._client.exceptions.TargetNotConnectedException as error:
            raise NotConnectedError(str(error)) from error
        session = answer["session"]
        return Session(
            id=session["sessionId"],
            stream_url=session["streamUrl"],
            token=session["tokenValue"],
            # As in the AWS CLI, awscli/customizations/ecs/executecommand.py: CLUSTER_TASK_CONTAINER.
            target=f"ecs:{cluster.rpartition('/')[2]}_{task.id}_{container.runtime_id}",
        )


def _task(task: "TaskTypeDef") -> RunningTask:
    containers = [_container(each) for each in task.get("containers", [])]
    return RunningTask(
        arn=task["taskArn"],
        started_at=task.get("startedAt", datetime.min.replace(tzinfo=UTC)),
        enabled=task.get("enableExecuteCommand", False),
        containers={each.name: each for each in containers},
    )


def _container(container: "ContainerTypeDef") -> RunningContainer:
    agents = [each for each in container.get("managedAgents", []) if each.get("name") == AGENT]
    return RunningContainer(
        name=container["name"],
        runtime_id=container.get("runtimeId", ""),
        agent=agents[0].get("lastStatus", "") if agents else "",
        agent_reason=agents[0].get("reason", "") if agents else "",
    )
