"""Waiting for the verdict on a rollout, and what becomes of it when nobody wants to wait any longer."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from configuration import Environment
from operations.errors import ExitCode, OperationError
from operations.rollout.deployed import Deployed, ServiceGoneError
from operations.rollout.follow import Follower
from operations.rollout.judge import Judgement, Verdict
from operations.rollout.look import Subject, Watcher
from operations.rollout.outcome import Outcome, outcome
from operations.rollout.talk import Answer, Talk

PATIENCE = 30
"""Minutes for CloudFormation, pulls, starts, health checks and drains, and for a rollback after all of them."""


def wait(
    deployed: Deployed,
    watcher: Watcher,
    subject: Subject,
    talk: Talk,
    *,
    minutes: float | None = None,
    unwanted: bool = False,
) -> Outcome:
    """Follow the rollout to its verdict, or until somebody ends the wait.

    Args:
        minutes: after which the wait is over; omitted, as long as slipway.toml lets a rollout take.
        unwanted: whether the rollout is to be rolled back.

    Raises:
        OperationError: AWS cannot be asked; with the exit code of a rollout that goes on.
    """
    timeout = 60 * (minutes if minutes is not None else expected_minutes(deployed.environment))
    follower = Follower(watcher, subject, talk, talk.interruption, timeout, unwanted=unwanted)
    with going_on(follower):
        judgement = _judged(follower, talk)
    tag = subject.tag or (follower.rollout.target.tag if follower.rollout else "")
    return outcome(deployed, tag, judgement, follower.rollout, stack=subject.with_stack)


def _judged(follower: Follower, talk: Talk) -> Judgement:
    while (judgement := follower.follow()) is None:
        answer = talk.interrupted()
        talk.interruption.forget()
        if answer is Answer.LEAVE:
            return _left(follower, talk)
        if answer is Answer.ROLLBACK:
            follower.unwanted = True
    return judgement


def _left(follower: Follower, talk: Talk) -> Judgement:
    if follower.unwanted:  # said at once: who ends a job twice soon kills it
        talk.note(f"It was NOT rolled back. To do it: slipway abort {follower.watcher.environment} --yes")
        return Judgement(Verdict.IN_PROGRESS, "it was NOT rolled back: ECS had not begun it, and nobody waits for it")
    return Judgement(Verdict.IN_PROGRESS, "nobody waits for it any more")


@contextmanager
def going_on(follower: Follower) -> Iterator[None]:
    """Let what ends the wait here leave with the exit code of a rollout that goes on without being watched.

    Raises:
        OperationError: says how to go on.
    """
    environment = follower.watcher.environment
    try:
        yield
    except ServiceGoneError:
        raise
    except OperationError as error:
        raise OperationError(
            f"{error.what}; the rollout goes on without being watched",
            fix=f"{error.fix.rstrip('.')}, then slipway watch {environment}.",
            exit_code=ExitCode.TIMED_OUT,
        ) from error
    except KeyboardInterrupt:
        back = "ECS was asked to roll it back" if follower.stopping else "it was NOT rolled back"
        raise OperationError(
            f"you ended it: the rollout goes on without being watched, and {back}",
            fix=f"Run slipway watch {environment} to follow it, slipway abort {environment} --yes to take it back.",
            exit_code=ExitCode.TIMED_OUT,
        ) from None


def expected_minutes(environment: Environment) -> int:
    """How long a rollout of that environment may take, by slipway.toml."""
    rollout = environment.rollout
    planned: float = rollout.bake_minutes
    if rollout.strategy == "canary":
        planned += rollout.canary_minutes
    if rollout.strategy == "linear":
        planned += math.ceil(100 / rollout.step_percent) * rollout.step_minutes
    if rollout.pause:
        planned += rollout.pause_timeout_minutes
    return PATIENCE + math.ceil(planned)
