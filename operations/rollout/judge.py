"""What became of a release: a pure function of what was seen of it.

There are two truths: the service deployment of ECS, and the state of the stack. "The service is stable" is neither: it
is true after a rollback as well. Success needs both truths to say so; a rollback needs only one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from operations.deployment.record import Rollout, State
from operations.errors import ExitCode

PATIENCE = 5
"""Looks in a row at which a rollout may be missing although it should be there; ECS is eventually consistent."""

SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "IMPORT_COMPLETE"}
"""Of a stack whose update has been accepted; deleting what it replaced does not take that back."""

RESTORED = {"UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"}
"""Of a stack that is as it was before."""

WITHOUT_ROLLOUT = "the update of the stack is complete, and started no rollout"
"""Of an update that changes something else than the service."""


class Verdict(Enum):
    """What became of a release; the value is the exit code that it ends with."""

    SUCCEEDED = ExitCode.SUCCEEDED
    FAILED = ExitCode.FAILED
    ROLLED_BACK = ExitCode.ROLLED_BACK
    TIMED_OUT = ExitCode.TIMED_OUT
    SUPERSEDED = ExitCode.SUPERSEDED
    IN_PROGRESS = None


@dataclass(frozen=True)
class Observation:
    """What one look showed.

    Attributes:
        rollout: the one that is judged; None while it is not there, or no longer.
        newer: the oldest rollout that began after it and does not merely bring back what it replaced; None if there is
            none.
        restored: the newest rollout that brings back what it replaced; None if there is none.
        stack: the state of the stack, such as `UPDATE_IN_PROGRESS`, and `DELETED` when it is gone; None where the
            rollout was not started by an update of the stack, so that its state says nothing.
        late: whether the time given to the release was over.
        optional: whether the update of the stack may end without a rollout.
    """

    rollout: Rollout | None
    newer: Rollout | None = None
    restored: Rollout | None = None
    stack: str | None = None
    late: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Judgement:
    """A verdict and its reason, a clause without a full stop."""

    verdict: Verdict
    reason: str = ""


def judge(observations: Sequence[Observation]) -> Judgement:
    """What the observations, in their order, say of the release; `IN_PROGRESS` while they do not say enough."""
    if not observations:
        return Judgement(Verdict.IN_PROGRESS)
    now, seen = observations[-1], [each.rollout for each in observations if each.rollout]
    last = seen[-1] if seen else None
    judgement = _superseded(last, now) or _of_stack(last, now.stack)
    if judgement is None and _missing(last, observations):
        judgement = _of_missing(last, now)
    if judgement is None and last and _at_rest(now.stack):
        judgement = _of_restored(now.restored) or _of_rollout(last, given_up=any(each.state.failing for each in seen))
    if judgement is None or judgement.verdict is Verdict.IN_PROGRESS:
        late = "it was still under way when the time was over"
        return Judgement(Verdict.TIMED_OUT, late) if now.late else Judgement(Verdict.IN_PROGRESS)
    return judgement


def _superseded(last: Rollout | None, now: Observation) -> Judgement | None:
    if last is None or now.newer is None:
        return None
    vanished = now.rollout is None and not last.state.over
    if vanished or last.state is State.STOPPED:
        newer = now.newer.target
        return Judgement(Verdict.SUPERSEDED, f"a rollout of {newer.tag or newer.task_definition} took its place")
    return None


def _of_stack(last: Rollout | None, stack: str | None) -> Judgement | None:
    """What the stack alone decides."""
    if stack in RESTORED:
        own = "CloudFormation put the stack back as it was"
        return Judgement(Verdict.ROLLED_BACK, (_reason(last) if last and last.state.failing else "") or own)
    if stack is not None and (stack in {"ROLLBACK_COMPLETE", "DELETED"} or stack.endswith("_FAILED")):
        return Judgement(Verdict.FAILED, f"the stack is {stack}")
    return None


def _of_restored(restored: Rollout | None) -> Judgement | None:
    """What it says that somebody, mostly CloudFormation, has rolled out again what ran before."""
    if restored is None:
        return None
    if restored.state is State.SUCCESSFUL:
        return Judgement(Verdict.ROLLED_BACK, f"{restored.target.tag or 'what ran before'} was rolled out again")
    if restored.state.over:
        return Judgement(Verdict.FAILED, "what ran before was rolled out again, and that failed, too")
    return Judgement(Verdict.IN_PROGRESS)


def _of_rollout(last: Rollout, *, given_up: bool) -> Judgement | None:
    """What ECS says while the stack has nothing against it."""
    match last.state:
        case State.SUCCESSFUL if given_up:
            return Judgement(Verdict.FAILED, "ECS had given it up before it called it successful")
        case State.SUCCESSFUL:
            return Judgement(Verdict.SUCCEEDED)
        case State.ROLLBACK_SUCCESSFUL:
            return Judgement(Verdict.ROLLED_BACK, _reason(last))
        case State.ROLLBACK_FAILED:
            return Judgement(Verdict.FAILED, _reason(last) or "the rollback failed, too")
        case State.STOPPED:
            return Judgement(Verdict.FAILED, _reason(last) or "it was stopped, and nothing was put back")
    return None


def _reason(rollout: Rollout) -> str:
    return ((rollout.rollback.reason if rollout.rollback else "") or rollout.reason).rstrip(".")


def _missing(last: Rollout | None, observations: Sequence[Observation]) -> bool:
    """Whether the rollout is not listed, although the stack is at rest, so that nothing can bring it any more."""
    latest = observations[-PATIENCE:]
    unlisted = len(latest) == PATIENCE and all(each.rollout is None and _at_rest(each.stack) for each in latest)
    return unlisted and not (last and last.state.over)


def _of_missing(last: Rollout | None, now: Observation) -> Judgement:
    if last is None and now.optional and now.stack in SETTLED:
        return Judgement(Verdict.SUCCEEDED, WITHOUT_ROLLOUT)
    if last is None:
        return Judgement(Verdict.FAILED, "ECS has no rollout of this release")
    gone = "ECS no longer lists the rollout: the service was changed or deleted by hand"
    return Judgement(Verdict.FAILED, gone)


def _at_rest(stack: str | None) -> bool:
    return stack is None or stack in SETTLED
