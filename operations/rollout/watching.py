"""Attaching to the rollout under way, and taking one back."""

from collections.abc import Sequence
from dataclasses import replace

from configuration import Configuration, Environment
from operations.aws import explained
from operations.deployment.record import Rollout
from operations.errors import ExitCode, OperationError
from operations.gateways.cloudformation import Stack
from operations.rollout.change import IMAGE_TAG, RELEASED_BY
from operations.rollout.deployed import Deployed, locate
from operations.rollout.history import Release, Result, previous, read
from operations.rollout.judge import Judgement, Verdict
from operations.rollout.look import Subject, Watcher
from operations.rollout.outcome import Outcome
from operations.rollout.release import KNOWN, Order, check_images, check_tag, release, running_tag
from operations.rollout.signature import parse
from operations.rollout.talk import Talk
from operations.rollout.wait import wait


def watch(configuration: Configuration, environment: Environment, talk: Talk, minutes: float | None = None) -> Outcome:
    """Follow the rollout under way; if none is, say how the last one ended.

    Args:
        minutes: after which the wait is over; omitted, as long as slipway.toml lets a rollout take.

    Raises:
        OperationError: the service has never had a rollout, or AWS cannot be asked.
    """
    deployed = locate(configuration, environment)
    watcher = Watcher(deployed)
    subject = _newest(deployed, watcher)
    if subject is None:
        raise OperationError(
            f"ECS tells of no rollout of {environment.name}",
            fix=f"Run slipway status {environment.name} to see what runs.",
        )
    return wait(deployed, watcher, subject, talk, minutes=minutes)


def abort(configuration: Configuration, environment: Environment, talk: Talk, minutes: float | None = None) -> Outcome:
    """Stop the rollout under way and wait until what ran before it runs again.

    Args:
        minutes: as of `watch`.

    Raises:
        OperationError: none is under way, the one that is takes a release back, consent is refused, or AWS cannot be
            asked.
    """
    deployed = locate(configuration, environment)
    watcher = Watcher(deployed)
    subject, rollout = _under_way(deployed, watcher)
    if subject is None:
        raise OperationError(
            f"no rollout of {environment.name} is under way",
            fix=f"Run slipway rollback {environment.name} to go back to the release before.",
        )
    _refuse_to_bring_back(deployed, subject)
    return _stop(deployed, watcher, subject, rollout, talk, minutes)


def _refuse_to_bring_back(deployed: Deployed, subject: Subject) -> None:
    """Refuse to stop a release that takes another one back; the other one would run again."""
    stack, name = deployed.stack, deployed.environment.name
    undone = parse(stack.parameters.get(RELEASED_BY, "")).undone
    if subject.with_stack and stack.is_changing and undone:
        raise OperationError(
            f"the rollout under way takes {undone} back, and stopping it would bring {undone} back",
            fix=f"Run slipway watch {name} to follow it; slipway rollback {name} stops it all the same.",
            exit_code=ExitCode.REFUSED,
        )


def roll_back(configuration: Configuration, environment: Environment, order: Order, talk: Talk) -> Outcome:
    """Go back to what ran before: stop the rollout under way, or release the last good tag before the one that runs.

    Args:
        order: with an empty tag, that last good one.

    Raises:
        OperationError: there is nothing to go back to, consent is refused, or AWS cannot be asked.
    """
    if order.tag:
        check_tag(order.tag)
    deployed = locate(configuration, environment)
    watcher = Watcher(deployed)
    subject, rollout = _under_way(deployed, watcher)
    if subject is not None:
        if order.tag:
            raise OperationError(
                f"a rollout of {environment.name} is under way, and stopping it leads back to what ran before it",
                fix=f"Run slipway rollback {environment.name} without --to first.",
                exit_code=ExitCode.REFUSED,
            )
        return _stop(deployed, watcher, subject, rollout, talk, order.minutes)
    return _release_previous(configuration, deployed, order, talk)


def _release_previous(configuration: Configuration, deployed: Deployed, order: Order, talk: Talk) -> Outcome:
    environment = deployed.environment
    check_images(environment)
    runs = running_tag(deployed)
    history = read(deployed)
    target = _release_of(history, order.tag) if order.tag else previous(history, runs)
    if target is None and not order.tag:
        raise OperationError(
            f"there is no release before {runs} in the history of {environment.name} to go back to",
            fix=f"Run slipway history {environment.name} to see what there is, and --to TAG to choose.",
        )
    tag = target.tag if target else order.tag
    told = f"released {target.at:%Y-%m-%d %H:%M} UTC by {target.by.name}" if target else "not in the history"
    talk.confirm(f"{environment.name} runs {runs}. This releases {tag} ({told}). Go on?")
    return release(configuration, environment, replace(order, tag=tag, undoing=runs), talk)


def _release_of(history: list[Release], tag: str) -> Release | None:
    found = [release for release in history if release.tag == tag]
    return next((release for release in found if release.result is Result.SUCCEEDED), None)


def _stop(
    deployed: Deployed, watcher: Watcher, subject: Subject, rollout: Rollout | None, talk: Talk, minutes: float | None
) -> Outcome:
    tag = rollout.target.tag if rollout else subject.tag
    before = " and ".join(source.tag for source in rollout.sources if source.tag) if rollout else ""
    talk.confirm(
        f"{tag or 'A rollout'} is being rolled out to {deployed.environment.name}. This stops it and goes back to "
        f"{before or 'what ran before'}. Go on?"
    )
    ended = wait(deployed, watcher, subject, talk, minutes=minutes, unwanted=True)
    return _not_stopped(ended) if ended.judgement.verdict is Verdict.SUCCEEDED else ended


def _not_stopped(ended: Outcome) -> Outcome:
    """The outcome where the rollout was faster, or ECS did not stop it: what it brought serves."""
    if ended.rollout is None:
        judgement = Judgement(Verdict.FAILED, f"it was not stopped: {ended.judgement.reason}")
        return replace(ended, judgement=judgement)
    return replace(
        ended,
        judgement=Judgement(Verdict.FAILED, "it was not stopped, and has succeeded"),
        advice=f"Run slipway rollback {ended.environment} to go back to the release before.",
    )


def _under_way(deployed: Deployed, watcher: Watcher) -> tuple[Subject | None, Rollout | None]:
    """The rollout that can still be stopped; the second is None as long as only CloudFormation works at it.

    Raises:
        OperationError: it is being rolled back already.
    """
    with explained(deployed.aws):
        rollouts = watcher.source.rollouts()
    stack, latest = deployed.stack, _latest(rollouts, deployed.stack)
    begun = latest is not None and _brings(latest, stack)
    if latest and ((begun and "ROLLBACK" in stack.status and stack.is_changing) or _is_going_back(latest)):
        raise OperationError(
            f"{latest.target.tag or 'the rollout'} is being rolled back already",
            fix=f"Run slipway watch {deployed.environment.name} to follow it.",
        )
    if latest and not latest.state.over:
        return Subject(id=latest.id, with_stack=stack.is_changing and begun), latest
    if stack.status == "UPDATE_IN_PROGRESS" and not begun:
        return _to_come(stack, rollouts), None
    return None, None


def _newest(deployed: Deployed, watcher: Watcher) -> Subject | None:
    """The rollout under way, or else the last one that brought something new."""
    with explained(deployed.aws):
        rollouts = watcher.source.rollouts(KNOWN)
    stack, latest = deployed.stack, _latest(rollouts, deployed.stack)
    begun = latest is not None and _brings(latest, stack)
    if stack.status == "UPDATE_IN_PROGRESS" and not begun and (latest is None or latest.state.over):
        return _to_come(stack, rollouts)
    if latest is None:
        return None
    # A rollout that goes on while the stack is at rest was started by hand.
    return Subject(id=latest.id, with_stack=begun and (latest.state.over or stack.is_changing))


def _to_come(stack: Stack, rollouts: Sequence[Rollout]) -> Subject:
    known = frozenset(each.id for each in rollouts)
    tag = stack.parameters.get(IMAGE_TAG, "")
    return Subject(tag=tag, known=known, with_stack=True, since=stack.updated_at, optional=True)


def _latest(rollouts: Sequence[Rollout], stack: Stack) -> Rollout | None:
    """The newest rollout that does not merely bring back what an older one replaced, as CloudFormation does."""
    for index, rollout in enumerate(rollouts):
        by_hand = not rollout.state.over and not stack.is_changing
        if by_hand or not any(rollout.restores(older) for older in rollouts[index + 1 :]):
            return rollout
    return None


def _brings(rollout: Rollout, stack: Stack) -> bool:
    """Whether it began in the last operation of the stack, whose end then counts for it, too."""
    return stack.updated_at is not None and rollout.created_at >= stack.updated_at


def _is_going_back(rollout: Rollout) -> bool:
    return rollout.state.failing and not rollout.state.over
