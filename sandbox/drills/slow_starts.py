"""Drills of versions whose start takes long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sandbox.drills.deployment_settings import described
from sandbox.drills.releases import GLANCE, NEW, BadStart, GoodRelease
from sandbox.drills.stage import Stage
from sandbox.variants import Layer, wrapped


def slow_start(seconds: float) -> Layer:
    """A variant whose start takes so many seconds, in which the server does not listen, but ends if told to.

    Without the latter ECS would wait for its stop timeout: uvicorn looks at SIGTERM only when its start is over.
    """
    return wrapped(
        f"""
import asyncio
import os
import signal
from app.main import app as served

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        of_the_server = signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        await asyncio.sleep({seconds:g})
        signal.signal(signal.SIGTERM, of_the_server)
    await served(scope, receive, send)
"""
    )


class SlowStartInside(GoodRelease):
    """The start takes so long that the load balancer finds the new tasks unhealthy before they are ready.

    Attributes:
        grace: seconds after the start of a task in which ECS does not act on that. With `start_seconds = 12` in
            slipway.toml the template has so many: 12, and 10 for two health checks.
        starts_for: seconds that the start takes on top of what the image needs. The load balancer's checks after one
            second and after six fail, which makes the target unhealthy; those after eleven and sixteen are good.
    """

    name = "slow-start"
    promise = "A release whose tasks are unhealthy while they start, within the grace period, succeeds."
    grace: ClassVar[int] = 22
    starts_for: ClassVar[float] = 7.0

    def run(self, stage: Stage) -> str:
        """Release a variant that starts slowly, with a grace period for it."""
        new = stage.image(slow_start(self.starts_for), NEW)
        before = _grace(stage)
        stage.cleaning(lambda: _give_grace(stage, before))
        _give_grace(stage, self.grace)
        unhealthy: set[str] = set()
        with _unhealthy_targets(stage, unhealthy):
            ended = self.released(stage, new)
        stage.check("the load balancer had found its tasks unhealthy", unhealthy)
        return f"released in {ended.seconds:.1f} s, {len(unhealthy)} of its tasks were unhealthy at first"


@contextmanager
def _unhealthy_targets(stage: Stage, seen: set[str]) -> Iterator[None]:
    """Note the addresses of the targets that are unhealthy."""
    over, balancing = threading.Event(), stage.client("elbv2")
    groups = [group["TargetGroupArn"] for group in balancing.describe_target_groups()["TargetGroups"]]

    def watch() -> None:
        while not over.wait(GLANCE):
            for group in groups:
                told = balancing.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
                seen.update(each["Target"]["Id"] for each in told if each["TargetHealth"]["State"] == "unhealthy")

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _grace(stage: Stage) -> int:
    """Seconds after the start of a task in which ECS does not act on failed health checks."""
    return int(described(stage)["healthCheckGracePeriodSeconds"])


def _give_grace(stage: Stage, seconds: int) -> None:
    """Change it on the service itself: an update of the stack that does not mention it leaves it alone."""
    status = stage.status
    stage.client("ecs").update_service(
        cluster=status.cluster, service=status.service, healthCheckGracePeriodSeconds=seconds
    )


class SlowStartBeyond(BadStart):
    """The start takes longer than ECS waits: the grace period is longer than the start by some health checks."""

    name = "slow-start-beyond-grace"
    promise = "A release that is not ready within the grace period is rolled back, and the number to raise is named."
    cause = "slow start"
    evidence = "given to start"

    def run(self, stage: Stage) -> str:
        """Release it, and read what `slipway diagnose` advises."""
        happened = super().run(stage)
        printed = stage.run("read what slipway diagnose advises", "diagnose", stage.environment).stdout
        stage.check("it names task.start_seconds", "task.start_seconds" in printed, printed.strip())
        return happened

    def tag(self, stage: Stage) -> str:
        """A variant that needs three times as long as ECS waits."""
        return stage.image(slow_start(3 * _grace(stage)))
