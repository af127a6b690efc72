"""Drills of versions that are healthy and yet not well: alarms have to find them, and programs that give up later."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sandbox.drills.deployment_settings import bake, heed_alarms, ignore_alarms
from sandbox.drills.drill import Drill, reasons
from sandbox.drills.releases import GLANCE, LAST_WORDS, BadStart, check_diagnosis, check_rolled_back
from sandbox.drills.stage import Stage
from sandbox.drills.traffic import BAD, GOOD, NOBODY, Traffic
from sandbox.processes import eventually
from sandbox.variants import Layer, running, wrapped

CLOCK_SCALE = 20
"""How many times faster alarms and bake times go by than on AWS: a minute is 3 s, in which there are 150 requests."""

BAKE_MINUTES = 5
"""That the new version is watched for after the old one is gone: the default of slipway.toml, here 15 s."""

QUIET = 30.0
"""Seconds until alarms are quiet again after the last bad answer."""

SERVES_FOR = 8.0
"""Seconds after which the version crashes: the load balancer has found it healthy, after one second or six, and ECS has
not yet, which waits for the container's own check after ten, so that the old tasks are still there."""

BAKES_FOR = 4.0
"""Seconds from the first of the container's own checks to the crash: ECS has found the task healthy and stopped the old
ones, which takes a second or two, and watches the new ones for 15 s."""

BY_CRASH = {"alarm", "crash loop"}
"""What slipway may name as the cause of a crash in the bake time: whichever ECS was first to find."""

UNAVAILABLE, BAD_GATEWAY = "503", "502"
"""The load balancer's answers where a target group has no target, and where a target takes no connection."""


def spoiled(fault: str) -> Layer:
    """A variant that does this, of the lines of a coroutine, with one of twenty clients' requests, and counts them."""
    return wrapped(
        f"""
import asyncio
import itertools
import json
import os
from app.main import app as served

count = itertools.count(1)

async def fail(send):
    body = json.dumps({{"image_tag": os.environ["IMAGE_TAG"], "error": "drill"}}).encode()
    await send({{"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]}})
    await send({{"type": "http.response.body", "body": body}})

async def app(scope, receive, send):
    if scope["type"] == "http" and not scope["path"].startswith("/health"):
        number = next(count)
        {fault}
    await served(scope, receive, send)
"""
    )


def crashing(begins: str) -> Layer:
    """A variant that writes a line and ends some time after it was started, or after something.

    Args:
        begins: lines of a module that has `app` and, to be called once, `end_after(seconds)`.
    """
    return wrapped(
        f"""
import os
import threading
from app.main import app as served

def end():
    print("{LAST_WORDS}", flush=True)
    os._exit(3)

def end_after(seconds):
    threading.Timer(seconds, end).start()
{begins}
"""
    )


CRASHES_BEFORE_ECS_FINDS_IT_HEALTHY = crashing(
    f"""
end_after({SERVES_FOR:g})
app = served
"""
)

CRASHES_WHILE_BAKING = crashing(
    f"""
checked = False  # by the container's own check, which alone asks for that path

async def app(scope, receive, send):
    global checked
    if scope["type"] == "http" and scope["path"] == "/health/live" and not checked:
        checked = True
        end_after({BAKES_FOR:g})
    await served(scope, receive, send)
"""
)


class Regression(Drill):
    """A release whose tasks are healthy, and whose answers are not.

    Attributes:
        layer: what makes the image a bad one.
        alarm: a part of the name of the alarm that has to fire.
    """

    layer: ClassVar[Layer]
    alarm: ClassVar[str]

    def run(self, stage: Stage) -> str:
        """Release it with a bake time."""
        bad = stage.image(self.layer)
        stage.cleaning(lambda: eventually(lambda: _quiet(stage), QUIET))
        heed_alarms(stage)
        bake(stage, BAKE_MINUTES)
        fired: set[str] = set()
        with _watched_alarms(stage, fired):
            ended = stage.release(bad)
        check_rolled_back(stage, ended, limit=None)
        check_diagnosis(stage, ended, "alarm")
        stage.check(f"the alarm {self.alarm} fired", any(self.alarm in name for name in fired), ", ".join(fired))
        return f"rolled back after {ended.seconds:.1f} s, at {CLOCK_SCALE} times the speed: {ended.told.get('reason')}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only what the bad version answered may have failed."""
        others = traffic.failures - traffic.failures_of(BAD)
        stage.check("only requests that the bad version answered failed", not others, reasons(traffic))
        stage.check("the good version answered before and after it", _around(traffic))


def _around(traffic: Traffic) -> bool:
    return bool(traffic.seconds) and set(traffic.seconds[0].answered) == set(traffic.seconds[-1].answered) == {GOOD}


@contextmanager
def _watched_alarms(stage: Stage, fired: set[str]) -> Iterator[None]:
    """Note the names of the alarms that fire; the emulator's ECS does not name them."""
    over, cloudwatch = threading.Event(), stage.client("cloudwatch")

    def watch() -> None:
        while not over.wait(GLANCE):
            alarms = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
            fired.update(alarm["AlarmName"] for alarm in alarms)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _quiet(stage: Stage) -> bool:
    return all(alarm.state != "ALARM" for alarm in stage.status.alarms)


class ErrorRegression(Regression):
    """One of five answers is a 500."""

    name = "error-regression"
    promise = "A healthy release that answers every fifth request with 500 is rolled back by the alarm on their share."
    layer = spoiled("if number % 5 == 0: return await fail(send)")
    alarm = "ErrorRatio"


class LatencyRegression(Regression):
    """One of twenty answers takes longer than the alarm allows."""

    name = "latency-regression"
    promise = "A healthy release that makes every twentieth request wait is rolled back by the alarm on the p99."
    layer = spoiled("if number % 20 == 0: await asyncio.sleep(3)")
    alarm = "Latency"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Slow answers are good ones: no request may have failed."""
        super().judge(stage, traffic)
        stage.check("no request failed", not traffic.failures, reasons(traffic))
        stage.check("some were slow", traffic.longest > stage.workspace.environment.rollout.p99_seconds)


class CrashAfterServing(Drill):
    """The program answers the load balancer's health checks, and requests, and ends after some seconds.

    ECS has not found it healthy by then, because the container's own check has not been made, so that the old tasks are
    still there. CrashWhileBaking is what happens later.
    """

    name = "crash-after-healthy"
    promise = (
        "A release that the load balancer finds healthy and that crashes before ECS does is rolled back; only requests "
        "that were sent to it failed."
    )

    def run(self, stage: Stage) -> str:
        """Release it, and have it diagnosed."""
        ignore_alarms(stage)  # the circuit breaker has to find it by itself
        ended = stage.release(stage.image(CRASHES_BEFORE_ECS_FINDS_IT_HEALTHY))
        check_rolled_back(stage, ended)
        check_diagnosis(stage, ended, "crash loop", LAST_WORDS)
        return f"rolled back after {ended.seconds:.1f} s: {ended.told.get('reason', ended.last_words)}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Requests that were under way to a task that crashed have failed, and no others."""
        others = traffic.failures - traffic.failures_of(BAD) - traffic.cut
        stage.check("only requests that were sent to the bad version failed", not others, reasons(traffic))
        judge_crash(stage, traffic)


class CrashWhileBaking(Drill):
    """The program ends when ECS has found it healthy and has stopped the old tasks, in the time that it is watched for.

    The deployment alarms find it, on the drills' clock, or the circuit breaker does, whichever is first.
    """

    name = "crash-while-baking"
    promise = (
        "A release that crashes when the old tasks are gone is rolled back; until then requests do fail, because the "
        "load balancer is left with tasks that have crashed, or are starting, or with none."
    )

    def run(self, stage: Stage) -> str:
        """Release it with a bake time, and have it diagnosed."""
        bad = stage.image(CRASHES_WHILE_BAKING)
        stage.cleaning(lambda: eventually(lambda: _quiet(stage), QUIET))
        bake(stage, BAKE_MINUTES)
        heed_alarms(stage)
        ended = stage.release(bad)
        check_rolled_back(stage, ended, limit=None)
        cause = (ended.told.get("diagnosis") or {}).get("cause", "none")
        check_diagnosis(stage, ended, cause if cause in BY_CRASH else "crash loop")
        return f"rolled back after {ended.seconds:.1f} s: {ended.told.get('reason', ended.last_words)}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Requests have failed since the old tasks were gone: to the bad version, to tasks that start, to nobody.

        With no healthy target the load balancer sends to any ("fails open"), also to those of the good version that
        are to take over and do not listen yet.
        """
        unserved = traffic.failed.get(NOBODY, {}).get(UNAVAILABLE, 0)
        starting = sum(count for why, count in traffic.failed.get(GOOD, {}).items() if why.startswith(BAD_GATEWAY))
        others = traffic.failures - traffic.failures_of(BAD) - traffic.cut - unserved - starting
        stage.check("only requests for which no task was left failed", not others, reasons(traffic))
        alone = [second.at for second in traffic.seconds if set(second.answered) == {BAD}]
        failing = [second.at for second in traffic.seconds if second.failed]
        late = alone and failing and alone[0] <= failing[0]
        stage.check("none failed before the bad version was alone", late, f"alone in {alone}, failing in {failing}")
        judge_crash(stage, traffic)


def judge_crash(stage: Stage, traffic: Traffic) -> None:
    """The bad version has answered, and in the end only the good one does."""
    stage.check("it had served before it crashed", traffic.answered.get(BAD))
    last = traffic.seconds[-1].answered if traffic.seconds else {}
    stage.check("in the end only the good version answered", set(last) == {GOOD}, ", ".join(last))


class OutOfMemory(BadStart):
    """The program takes more memory than its task has."""

    name = "out-of-memory"
    promise = "A release that takes more memory than its task has is rolled back, and told from one that crashes."
    cause = "out of memory"
    evidence = "memory"

    def tag(self, stage: Stage) -> str:
        """A program that takes twice what there is, and then waits: a limit that does not hold is not endless."""
        mebibytes = 2 * stage.workspace.environment.task.memory
        program = f"taken = b'x' * ({mebibytes} << 20); import time; time.sleep(600)"
        return stage.image(running("python", "-c", program))
