"""The releases of an environment, told from the record that the service stack keeps in SSM."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from configuration import stack_names
from operations.aws import explained
from operations.deployment.record import Rollout, State
from operations.deployment.sources import source_of
from operations.gateways.ssm import ParameterVersion, Ssm
from operations.rollout.deployed import Deployed
from operations.rollout.signature import Signature, parse

LIMIT = 50
"""Rollouts that ECS is asked for to join them with the releases; each twenty cost two calls more."""

NEAR = timedelta(minutes=10)
"""Between the record of a release and the rollout that belongs to it: both are made by the same update of the stack."""


class Result(StrEnum):
    """What became of a release."""

    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    IN_PROGRESS = "in progress"


RESULTS = {
    State.SUCCESSFUL: Result.SUCCEEDED,
    State.ROLLBACK_SUCCESSFUL: Result.ROLLED_BACK,
    State.ROLLBACK_FAILED: Result.FAILED,
    State.STOPPED: Result.FAILED,
}
"""What the state of a rollout says of its release; any other state says that it is under way."""


@dataclass(frozen=True)
class Release:
    """One release.

    Attributes:
        at: when it began.
        by: who.
        result: what became of it.
        why: it did not succeed, in ECS's words; empty if it did, or if that is no longer known.
        rollout: the id of its rollout; empty if ECS no longer tells of it.
        ended_at: when the rollout ended; None if it has not, or if that is no longer known.
    """

    tag: str
    at: datetime
    by: Signature
    result: Result
    why: str = ""
    rollout: str = ""
    ended_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "tag": self.tag,
            "at": self.at.isoformat(),
            "by": self.by.name,
            "run": self.by.run,
            "rolls_back": self.by.undone,
            "result": self.result.value,
            "why": self.why,
            "rollout": self.rollout,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
        }


def releases(
    versions: Sequence[ParameterVersion], rollouts: Sequence[Rollout], *, updating_since: datetime | None
) -> list[Release]:
    """The releases, the newest first.

    The record is a resource of the stack, like the service: CloudFormation puts its earlier value back when an update
    fails. So what was not put back has succeeded, even if ECS has forgotten it; where ECS still tells of the rollout,
    its word counts.

    Args:
        versions: of the record, the oldest first.
        rollouts: that ECS still tells of.
        updating_since: when the update of the stack began that is under way, so that what was recorded since may
            still be put back; None if none is.
    """
    told: list[Release] = []
    for version in versions:
        by = parse(version.description)
        if told and _puts_back(version, by, told):
            told[-1] = replace(told[-1], result=Result.ROLLED_BACK)
        else:
            told.append(Release(version.value, version.modified_at, by, Result.SUCCEEDED))
    if told and updating_since and told[-1].at >= updating_since and told[-1].result is Result.SUCCEEDED:
        told[-1] = replace(told[-1], result=Result.IN_PROGRESS)
    return [_joined(release, _rollout_of(release, told, rollouts), rollouts) for release in reversed(told)]


def _puts_back(version: ParameterVersion, by: Signature, told: Sequence[Release]) -> bool:
    """Whether the version says what the record said before the last release, down to the mark."""
    standing = [release for release in told[:-1] if release.result is Result.SUCCEEDED]
    return bool(standing) and (version.value, by) == (standing[-1].tag, standing[-1].by)


def _rollout_of(release: Release, told: Sequence[Release], rollouts: Sequence[Rollout]) -> Rollout | None:
    """The rollout that began nearest to the record of the release, if ECS still tells of it.

    One that is separated from it by another release is not it: a deployment of other settings, say, has the tag of an
    earlier release, too.
    """

    def is_separate(rollout: Rollout) -> bool:
        first, last = sorted([release.at, rollout.created_at])
        return last - first > NEAR or any(first < other.at < last for other in told if other is not release)

    candidates = [each for each in rollouts if each.target.tag == release.tag and not is_separate(each)]
    return min(candidates, key=lambda each: abs(each.created_at - release.at), default=None)


def _joined(release: Release, rollout: Rollout | None, rollouts: Sequence[Rollout]) -> Release:
    if rollout is None:
        return release
    told = Result.SUPERSEDED if _superseded(rollout, rollouts) else RESULTS.get(rollout.state, Result.IN_PROGRESS)
    result = _result(release.result, told)
    why = (rollout.rollback.reason if rollout.rollback else "") or rollout.reason
    return replace(
        release,
        result=result,
        why="" if result in {Result.SUCCEEDED, Result.IN_PROGRESS} else why,
        rollout=rollout.id,
        ended_at=rollout.finished_at,
    )


def _superseded(rollout: Rollout, rollouts: Sequence[Rollout]) -> bool:
    """Whether it was stopped because another one began that does not merely bring back what it replaced."""
    later = [each for each in rollouts if each.created_at > rollout.created_at]
    following = min(later, key=lambda each: each.created_at, default=None)
    if rollout.state is not State.STOPPED or following is None or following.restores(rollout):
        return False
    return rollout.finished_at is None or following.created_at <= rollout.finished_at


def _result(record: Result, rollout: Result) -> Result:
    """What the record and the rollout say together: success needs both, as everywhere."""
    if rollout is Result.SUCCEEDED:
        return record
    if record is Result.ROLLED_BACK and rollout in {Result.FAILED, Result.SUPERSEDED}:
        return Result.ROLLED_BACK  # ECS stopped, and CloudFormation put back what ran before
    return rollout


def previous(history: Sequence[Release], running: str) -> Release | None:
    """The release that a rollback goes back to; None if there is none.

    It is the newest one that succeeded before the one that runs, and that was not taken back itself: a second rollback
    goes further back, and not forth again.

    Args:
        history: the newest first.
        running: the tag that runs.
    """
    succeeded = [release for release in history if release.result is Result.SUCCEEDED]
    since = next((index for index, release in enumerate(succeeded) if release.tag == running), -1)
    return next(
        (
            release
            for index, release in enumerate(succeeded)
            if index > since
            and release.tag != running
            and not any(newer.by.undone == release.tag for newer in succeeded[:index])
        ),
        None,
    )


def read(deployed: Deployed, limit: int = LIMIT) -> list[Release]:
    """The releases of that environment, the newest first.

    Args:
        limit: of the rollouts that ECS is asked for.

    Raises:
        OperationError: AWS cannot be asked.
    """
    aws = deployed.aws
    name = stack_names.release_parameter(deployed.environment.name)
    with explained(aws), ThreadPoolExecutor() as pool:
        versions = pool.submit(Ssm(aws).history, name)
        rollouts = pool.submit(source_of(aws, deployed.cluster, deployed.service).rollouts, limit)
        stack = deployed.stack
        return releases(
            versions.result(), rollouts.result(), updating_since=stack.updated_at if stack.is_changing else None
        )
