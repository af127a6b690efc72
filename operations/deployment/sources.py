"""The two sources of rollouts: what ECS remembers of them, and what the description of a service shows of them.

AWS has the first. The emulated ECS answers it with nothing, and there the same record is made from the second.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from operations.aws import Aws
from operations.deployment.record import Pause, Revision, Rollback, Rollout, State
from operations.gateways.ecs import Breaker, Deployment, Ecs, Service
from operations.gateways.service_deployments import ServiceDeployment, ServiceDeployments, ServiceRevision

LATEST = 5
"""Rollouts that are enough to follow one: the one before it, itself, and those that came after it."""

LEAST_FAILURES, MOST_FAILURES = 3, 200
"""Bounds of a circuit breaker's threshold in percent (ThresholdConfiguration, Amazon ECS API reference)."""


class Source(Protocol):
    """Tells of the rollouts of one service, and stops one."""

    def rollouts(self, limit: int = LATEST) -> tuple[Rollout, ...]:
        """The newest first, at most `limit` of them; omitted, enough to follow one."""
        ...

    def roll_back(self, rollout: Rollout) -> None:
        """Stop that rollout and put back what ran before it; ECS goes on by itself."""
        ...


def source_of(aws: Aws, cluster: str, service: str) -> Source:
    """The source for that service."""
    if aws.sandboxed:
        return DescribedRollouts(Ecs(aws), ServiceDeployments(aws), cluster, service)
    return RememberedRollouts(Ecs(aws), ServiceDeployments(aws), cluster, service)


@dataclass
class RememberedRollouts:
    """What ListServiceDeployments, DescribeServiceDeployments and DescribeServiceRevisions tell."""

    ecs: Ecs
    deployments: ServiceDeployments
    cluster: str
    service: str
    _revisions: dict[str, ServiceRevision] = field(default_factory=dict)
    _images: dict[str, str] = field(default_factory=dict)

    def rollouts(self, limit: int = LATEST) -> tuple[Rollout, ...]:
        """The newest first, at most `limit` of them; omitted, enough to follow one."""
        newest = self.deployments.newest(self.cluster, self.service, limit)
        named = {arn for each in newest for arn in (each.target, each.rollback_to, *each.sources) if arn}
        told = self.deployments.revisions(sorted(named - self._revisions.keys()))
        # A revision never changes, but ECS adds the image and its digest only when the first task has pulled it.
        self._revisions.update({arn: each for arn, each in told.items() if each.image and each.digest})
        revisions = {arn: self._named(each) for arn, each in {**self._revisions, **told}.items()}
        return tuple(remembered(each, revisions) for each in newest)

    def _named(self, revision: ServiceRevision) -> ServiceRevision:
        """The revision with the image as its task definition names it, where ECS does not tell the tag."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - takes longer than `slipway --help` may run

        if tag_of(revision.image):
            return revision
        if revision.task_definition not in self._images:
            try:
                self._images[revision.task_definition] = self.ecs.image(revision.task_definition)
            except ClientError:  # it was deleted: then its tag is not known
                return revision
        return replace(revision, image=self._images[revision.task_definition])

    def roll_back(self, rollout: Rollout) -> None:
        """Stop that rollout and put back what ran before it; ECS goes on by itself."""
        self.deployments.roll_back(rollout.id)


@dataclass
class DescribedRollouts:
    """What DescribeServices tells, as long as it tells it: only failed rollouts stay in it when they are over."""

    ecs: Ecs
    deployments: ServiceDeployments
    cluster: str
    service: str
    _tags: dict[str, str] = field(default_factory=dict)

    def rollouts(self, limit: int = LATEST) -> tuple[Rollout, ...]:
        """The newest first, at most `limit` of them; omitted, enough to follow one."""
        service = self.ecs.service(self.cluster, self.service)
        if service is None:
            return ()
        for each in service.deployments:
            if each.task_definition not in self._tags:  # a revision never changes
                self._tags[each.task_definition] = tag_of(self.ecs.image(each.task_definition))
        return described(service, self._tags)[:limit]

    def roll_back(self, rollout: Rollout) -> None:
        """Stop that rollout and put back what ran before it; ECS goes on by itself."""
        self.deployments.roll_back(rollout.id)


def remembered(deployment: ServiceDeployment, revisions: Mapping[str, ServiceRevision]) -> Rollout:
    """The record of a deployment that ECS remembers.

    Args:
        revisions: by ARN; one that ECS no longer has is named by its ARN instead of its task definition.
    """

    def revision(arn: str) -> Revision:
        known = revisions.get(arn)
        return Revision(known.task_definition, tag_of(known.image), known.digest) if known else Revision(arn, "")

    rolled_back = deployment.rollback_reason or deployment.rollback_started_at or deployment.rollback_to
    return Rollout(
        id=deployment.arn,
        state=_state(deployment.status),
        target=revision(deployment.target),
        created_at=deployment.created_at,
        reason=deployment.reason,
        sources=tuple(revision(arn) for arn in deployment.sources),
        started_at=deployment.started_at,
        finished_at=deployment.finished_at,
        failures=deployment.failures,
        threshold=deployment.threshold,
        alarms=deployment.alarms,
        rollback=Rollback(
            deployment.rollback_reason,
            deployment.rollback_started_at,
            revision(deployment.rollback_to) if deployment.rollback_to else None,
        )
        if rolled_back
        else None,
        stage=deployment.stage,
        pauses=tuple(Pause(hook.id, hook.expires_at) for hook in deployment.hooks),
        requested=deployment.requested,
        running=deployment.running,
        pending=deployment.pending,
        previous_running=deployment.previous_running,
    )


def described(service: Service, tags: Mapping[str, str]) -> tuple[Rollout, ...]:
    """The records that the description of a service allows, the newest first.

    Args:
        tags: of the images, by task definition.
    """
    newest_first = sorted(service.deployments, key=_created_at, reverse=True)
    return tuple(_described(each, service, newest_first, tags) for each in newest_first)


def tag_of(image: str) -> str:
    """The tag in an image's name, whether or not a digest follows; empty if there is none."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def threshold_of(breaker: Breaker | None, desired: int) -> int | None:
    """How many tasks may fail before a rollout is given up; None where nobody counts.

    Args:
        desired: the number of tasks that the service is to have.
    """
    if breaker is None:
        return None
    if breaker.type == "COUNT":
        return breaker.value
    share = math.ceil(breaker.value * desired / 100)
    if breaker.type == "UNBOUNDED_PERCENT":
        return max(1, share)
    return min(MOST_FAILURES, max(LEAST_FAILURES, share))


def _state(status: str) -> State:
    try:
        return State(status)
    except ValueError:  # of a later release of the API; only what is known to be over is over
        return State.IN_PROGRESS


def _created_at(deployment: Deployment) -> datetime:
    return deployment.created_at or datetime.min.replace(tzinfo=UTC)


def _described(
    deployment: Deployment, service: Service, newest_first: Sequence[Deployment], tags: Mapping[str, str]
) -> Rollout:
    def revision(of: Deployment) -> Revision:
        return Revision(of.task_definition, tags.get(of.task_definition, ""))

    index = newest_first.index(deployment)
    state, restored = _described_state(deployment, service.primary, newest_first[:index])
    earlier = next((each for each in newest_first[index + 1 :] if each.rollout_state != "FAILED"), None)
    ended = restored or deployment
    return Rollout(
        id=f"{service.arn.replace(':service/', ':service-deployment/')}/{deployment.id.rpartition('/')[2]}",
        state=state,
        target=revision(deployment),
        created_at=_created_at(deployment),
        reason=deployment.reason,
        sources=(revision(earlier),) if earlier else (),
        started_at=deployment.created_at,
        finished_at=ended.updated_at if state.over else None,
        failures=deployment.failed_tasks,
        threshold=threshold_of(service.breaker, service.desired),
        rollback=Rollback(deployment.reason, None, revision(restored)) if restored else None,
        requested=deployment.desired,
        running=deployment.running,
        pending=deployment.pending,
        previous_running=sum(each.running for each in newest_first if each is not deployment),
    )


def _described_state(
    deployment: Deployment, primary: Deployment | None, newer: Sequence[Deployment]
) -> tuple[State, Deployment | None]:
    """The state of a rollout, and the deployment that took its place again if it failed."""
    if deployment.rollout_state == "COMPLETED" or (deployment is primary and newer):
        return State.SUCCESSFUL, None  # also while a newer one that failed is rolled back to it
    if deployment.rollout_state != "FAILED":
        return (State.IN_PROGRESS if deployment is primary else State.STOPPED), None
    if primary is None or deployment is primary:
        return State.STOPPED, None  # there is nothing to go back to
    if primary in newer or primary.rollout_state == "COMPLETED":
        return State.ROLLBACK_SUCCESSFUL, primary if primary not in newer else None
    return (State.ROLLBACK_FAILED if primary.rollout_state == "FAILED" else State.ROLLBACK_IN_PROGRESS), primary
