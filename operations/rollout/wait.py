"""Waiting for the verdict on a rollout, and what becomes of it when nobody wants to wait any longer."""

import math

from configuration import Environment
from operations.rollout.deployed import Deployed
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
        OperationError: AWS cannot be asked.
    """
    timeout = 60 * (minutes if minutes is not None else expected_minutes(deployed.environment))
    follower = Follower(watcher, subject, talk, talk.interruption, timeout, unwanted=unwanted)
    while (judgement := follower.follow()) is None:
        answer = talk.interrupted()
        talk.interruption.forget()
        if answer is Answer.LEAVE:
            judgement = Judgement(Verdict.IN_PROGRESS, "nobody waits for it any more")
            break
        if answer is Answer.ROLLBACK:
            follower.unwanted = True
    tag = subject.tag or (follower.rollout.target.tag if follower.rollout else "")
    return outcome(deployed, tag, judgement, follower.rollout, stack=subject.with_stack)


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
