"""What ECS remembers of a service's deployments, also of those that are over; for 90 days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from operations.aws import Aws
from operations.gateways.ecs import of_the_service

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import (
        ServiceDeploymentBriefTypeDef,
        ServiceDeploymentTypeDef,
        ServiceRevisionTypeDef,
    )

DESCRIBED_AT_ONCE = 20
"""Service deployments, and service revisions, that one call describes (Amazon ECS API reference)."""

LISTED_AT_ONCE, MOST_PAGES = 100, 10
"""Service deployments that one call lists at most (Amazon ECS API reference), and calls: more than 90 days bring."""


@dataclass(frozen=True)
class Hook:
    """A lifecycle hook of a deployment that waits for a human.

    Attributes:
        expires_at: when ECS decides by itself.
    """

    id: str
    expires_at: datetime | None


@dataclass(frozen=True)
class ServiceDeployment:
    """One deployment.

    Attributes:
        target: the ARN of the service revision that it brings; likewise the sources, which it replaces.
        rollback_to: the ARN of the service revision that was put back; empty if none was.
        threshold: of the circuit breaker; None where it is off.
        alarms: names of those that fired.
        hooks: that wait for a human.
    """

    arn: str
    status: str
    reason: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    target: str
    sources: tuple[str, ...]
    requested: int
    running: int
    pending: int
    previous_running: int
    stage: str
    failures: int
    threshold: int | None
    alarms: tuple[str, ...]
    rollback_reason: str
    rollback_started_at: datetime | None
    rollback_to: str
    hooks: tuple[Hook, ...] = ()


@dataclass(frozen=True)
class ServiceRevision:
    """What a deployment brings: an immutable copy of the service's configuration.

    Attributes:
        image: of the container that answers requests, as the task definition names it.
        digest: of that image.
    """

    task_definition: str
    image: str
    digest: str


class ServiceDeployments:
    """The deployments of services in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ECSClient = aws.client("ecs")

    def newest(self, cluster: str, service: str, limit: int) -> list[ServiceDeployment]:
        """That many deployments of the service, the newest first; fewer if there are not so many."""
        arns = [each["serviceDeploymentArn"] for each in self._listed(cluster, service, limit)[:limit]]
        described = [
            _deployment(each)
            for batch in _batches(arns)
            for each in self._client.describe_service_deployments(serviceDeploymentArns=batch)["serviceDeployments"]
        ]
        return sorted(described, key=lambda each: each.created_at, reverse=True)

    def _listed(self, cluster: str, service: str, limit: int) -> list["ServiceDeploymentBriefTypeDef"]:
        """The deployments of the service, the newest first; the API reference promises no order."""
        listed: list[ServiceDeploymentBriefTypeDef] = []
        token = ""
        for _ in range(MOST_PAGES):
            more: dict[str, Any] = {"nextToken": token} if token else {}
            page = self._client.list_service_deployments(
                cluster=cluster, service=service, maxResults=LISTED_AT_ONCE, **more
            )
            listed += page["serviceDeployments"]
            token = page.get("nextToken", "")
            newest_first = listed == sorted(listed, key=_listed_at, reverse=True)
            if not token or (newest_first and len(listed) >= limit):
                break
        return sorted(listed, key=_listed_at, reverse=True)

    def revisions(self, arns: Iterable[str]) -> Mapping[str, ServiceRevision]:
        """These service revisions, by ARN, as far as ECS still has them."""
        return {
            each["serviceRevisionArn"]: _revision(each)
            for batch in _batches(list(dict.fromkeys(arns)))
            for each in self._client.describe_service_revisions(serviceRevisionArns=batch)["serviceRevisions"]
        }

    def roll_back(self, arn: str) -> None:
        """Stop that deployment and put back what ran before it."""
        self._client.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")


def _deployment(deployment: "ServiceDeploymentTypeDef") -> ServiceDeployment:
    target, sources = deployment.get("targetServiceRevision", {}), deployment.get("sourceServiceRevisions", [])
    breaker, rollback = deployment.get("deploymentCircuitBreaker", {}), deployment.get("rollback", {})
    on = breaker.get("status", "DISABLED") != "DISABLED"
    return ServiceDeployment(
        arn=deployment["serviceDeploymentArn"],
        status=deployment["status"],
        reason=deployment.get("statusReason", ""),
        created_at=deployment["createdAt"],
        started_at=deployment.get("startedAt"),
        finished_at=deployment.get("finishedAt", deployment.get("stoppedAt")),
        target=target.get("arn", ""),
        sources=tuple(each["arn"] for each in sources),
        requested=target.get("requestedTaskCount", 0),
        running=target.get("runningTaskCount", 0),
        pending=target.get("pendingTaskCount", 0),
        previous_running=sum(each.get("runningTaskCount", 0) for each in sources),
        stage=deployment.get("lifecycleStage", ""),
        failures=breaker.get("failureCount", 0),
        threshold=breaker.get("threshold") if on else None,
        alarms=tuple(deployment.get("alarms", {}).get("triggeredAlarmNames", [])),
        rollback_reason=rollback.get("reason", ""),
        rollback_started_at=rollback.get("startedAt"),
        rollback_to=rollback.get("serviceRevisionArn", ""),
        hooks=tuple(
            Hook(each["hookId"], each.get("expiresAt"))
            for each in deployment.get("lifecycleHookDetails", [])
            if each.get("status") == "AWAITING_ACTION"
        ),
    )


def _revision(revision: "ServiceRevisionTypeDef") -> ServiceRevision:
    containers = revision.get("containerImages", [])
    return ServiceRevision(
        task_definition=revision["taskDefinition"],
        image=of_the_service({each["containerName"]: each["image"] for each in containers}),
        digest=of_the_service({each["containerName"]: each.get("imageDigest", "") for each in containers}),
    )


def _listed_at(brief: "ServiceDeploymentBriefTypeDef") -> datetime:
    return brief.get("createdAt") or datetime.min.replace(tzinfo=UTC)


def _batches(arns: Sequence[str]) -> list[list[str]]:
    return [list(arns[start : start + DESCRIBED_AT_ONCE]) for start in range(0, len(arns), DESCRIBED_AT_ONCE)]
