"""Following a rollout until it is judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from operations.deployment.record import Rollout
from operations.errors import CredentialsExpiredError, OperationError, UnavailableError
from operations.rollout.interruption import Interruption
from operations.rollout.judge import Judgement, Observation, Verdict, judge
from operations.rollout.look import Look, Subject, Watcher, observe

FIRST_INTERVAL, LATER_INTERVAL, LATER = 2.0, 5.0, 120.0
"""Seconds between two looks in the beginning, and after so many seconds."""

UNWANTED_INTERVAL = 0.5
"""Seconds between two looks for a rollout that is to be rolled back as soon as it begins."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds until AWS is asked again after it failed to answer; doubled each time."""


class Reporter(Protocol):
    """Shows how far a rollout is."""

    def show(self, look: Look, rollout: Rollout | None, elapsed: float) -> None:
        """Show what was seen, so many seconds after the beginning."""

    def note(self, text: str) -> None:
        """Say something beside it."""


@dataclass
class Follower:
    """Looks again and again.

    Attributes:
        subject: which rollout is followed; gets its id as soon as it begins.
        timeout: seconds after which the wait is over.
        begun: when it began, by this machine's clock that only goes forward.
        rollout: as it was seen last.
        look: the last one.
        unwanted: whether the rollout is to be rolled back, as soon as there is one.
        stopping: whether ECS was asked to roll it back.
    """

    watcher: Watcher
    subject: Subject
    reporter: Reporter
    interruption: Interruption
    timeout: float
    clock: Callable[[], float] = time.monotonic
    begun: float = -1.0
    rollout: Rollout | None = None
    look: Look | None = None
    unwanted: bool = False
    stopping: bool = False
    observations: list[Observation] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.begun = self.clock() if self.begun < 0 else self.begun

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.begun

    def follow(self) -> Judgement | None:
        """Look until the rollout is judged; None if somebody wants to end the wait before.

        Raises:
            OperationError: AWS refuses to tell.
        """
        pause = FIRST_PAUSE
        while not self.interruption.asked:
            try:
                self._look()
            except UnavailableError as error:
                if self.elapsed > self.timeout:
                    return Judgement(Verdict.TIMED_OUT, f"at the end AWS did not answer: {error.what}")
                self.reporter.note(f"{error.what}; asking again in {pause:.0f} s")
                self.interruption.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            judgement = judge(self.observations)
            if judgement.verdict is not Verdict.IN_PROGRESS:
                return judgement
            self.interruption.wait(self._interval)
        return None

    @property
    def _interval(self) -> float:
        if self.unwanted:
            return UNWANTED_INTERVAL
        return FIRST_INTERVAL if self.elapsed < LATER else LATER_INTERVAL

    def _look(self) -> None:
        look = self.watcher.look()
        looks = len(self.observations)
        if not self.subject.is_outdated(look, looks):
            self.subject = self.subject.at(look)
        observation = observe(look, self.subject, self.rollout, late=self.elapsed > self.timeout, looks=looks)
        if observation.rollout:
            self.subject = replace(self.subject, id=observation.rollout.id)
            self.rollout = observation.rollout
        self.look = look
        self.observations.append(observation)
        self.reporter.show(look, self.rollout, self.elapsed)
        if self.rollout:
            self._ask_for(self.rollout)
        if self.unwanted and self.rollout:
            self._roll_back(self.rollout)

    def _ask_for(self, rollout: Rollout) -> None:
        """Say how a human goes on where ECS waits for one; once for each time it does."""
        for pause in rollout.pauses:
            if pause.hook not in self._asked:
                self._asked.add(pause.hook)
                until = f" until {pause.expires_at:%Y-%m-%d %H:%M} UTC" if pause.expires_at else ""
                self.reporter.note(
                    f"ECS waits for you{until}. To go on: aws ecs continue-service-deployment --service-deployment-arn "
                    f"{rollout.id} --hook-id {pause.hook} --action CONTINUE (or ROLLBACK)"
                )

    def _roll_back(self, rollout: Rollout) -> None:
        self.unwanted = False
        if rollout.state.over or rollout.state.failing:
            self.reporter.note(f"There is nothing to stop: the rollout is {rollout.state}")
            return
        try:
            self.watcher.roll_back(rollout)
            self.stopping = True
            self.reporter.note("ECS was asked to roll back")
        except (UnavailableError, CredentialsExpiredError):
            self.unwanted = True
            raise
        except OperationError as error:  # it ended in this very moment, which the next look shows
            self.reporter.note(f"ECS does not roll back: {error.what}")
