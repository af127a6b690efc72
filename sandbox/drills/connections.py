"""Drills of connections and requests under way while tasks go."""

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import urllib3

from operations.errors import ExitCode
from operations.gateways.ecs import Ecs, Task
from sandbox.drills.deployment_settings import ignore_alarms
from sandbox.drills.drill import Drill
from sandbox.drills.releases import NEW
from sandbox.drills.stage import Stage
from sandbox.drills.traffic import GOOD
from sandbox.variants import GOOD as GOOD_LAYER
from sandbox.variants import wrapped

SLOW = wrapped(
    """
import asyncio
from app.main import app as served

async def app(scope, receive, send):
    query = scope.get("query_string", b"").decode()
    if scope["type"] == "http" and query.startswith("seconds="):
        await asyncio.sleep(float(query.removeprefix("seconds=")))
    await served(scope, receive, send)
"""
)
"""A variant that answers as late as a request asks."""

SLOW_SECONDS = 8.0
"""That a slow request takes: less than the 15 s after which the load balancer cuts off what is under way."""

SLOW_CLIENTS = 4
"""That send slow requests, one after another, so that some are always under way."""

CHUNK = 65536
"""Bytes that are read at once."""

PAUSE = 1.0
"""Seconds between two requests on a kept connection."""


class SlowRequestsInFlight(Drill):
    """Old tasks are told to stop while they work on requests that take seconds."""

    name = "slow-requests-in-flight"
    promise = "Requests that are under way when their task is stopped are answered to the end."

    def run(self, stage: Stage) -> str:
        """Release a version that can be slow, then another one while slow requests are under way all the time."""
        slow, new = stage.image(SLOW, "slow"), stage.image(GOOD_LAYER, NEW)
        ignore_alarms(stage)  # that on the p99 would take back a release of which so many answers are slow
        first = stage.release(slow, step="release a version that can be slow")
        stage.check("slipway release ends with 0", first.exit_code == ExitCode.SUCCEEDED, first.exit_code)
        with _slow_clients(f"{stage.url}/?seconds={SLOW_SECONDS:g}") as answers:
            time.sleep(PAUSE)
            second = stage.release(new, step="release another one meanwhile")
        stage.check("slipway release ends with 0", second.exit_code == ExitCode.SUCCEEDED, second.exit_code)
        by_slow = [told for told, seconds in answers if told == slow and seconds >= SLOW_SECONDS]
        stage.check("slow requests were answered in full", by_slow)
        wrong = sorted({told for told, _ in answers if told not in {slow, new}})
        stage.check("and none of them failed", not wrong, "; ".join(wrong))
        return f"{len(by_slow)} requests of {SLOW_SECONDS:g} s were answered, {len(wrong)} failed"


@contextmanager
def _slow_clients(url: str) -> Iterator[list[tuple[str, float]]]:
    """Have some clients ask one slow request after the other; the tags that answered, or why not, with the seconds."""
    over, answers = threading.Event(), list[tuple[str, float]]()

    def keep_asking() -> None:
        with _connection(url) as pool:
            while not over.is_set():
                begun = time.monotonic()
                told = _answer(pool, url, SLOW_SECONDS * 3)
                answers.append((told, time.monotonic() - begun))

    threads = [threading.Thread(target=keep_asking, daemon=True) for _ in range(SLOW_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join(SLOW_SECONDS * 3)


class ConnectionAcrossDrain(Drill):
    """Connections are kept: the load balancer's to the tasks, and a client's all through a release."""

    name = "connection-across-drain"
    promise = "Tasks keep idle connections for longer than the load balancer does; a client's outlives their drain."

    def run(self, stage: Stage) -> str:
        """Leave connections idle, then send a request every second on one connection, and release meanwhile."""
        idle_timeout = _idle_timeout(stage)
        with stage.step(f"leave a connection to each task idle for {idle_timeout:.0f} s, as the load balancer may"):
            closed = _closed_after([target.private_address or "" for target in _tasks(stage)], stage, idle_timeout)
        kept = f"the tasks keep idle connections for the {idle_timeout:.0f} s that the load balancer does"
        if not stage.check(kept, closed is None, f"closed after {closed or 0:.1f} s"):
            return f"a task closed an idle connection after {closed or 0:.1f} s: requests on it end as 502"
        return self._across_a_release(stage)

    def _across_a_release(self, stage: Stage) -> str:
        new = stage.image(GOOD_LAYER, NEW)
        url, answers, over = f"{stage.url}/", list[str](), threading.Event()
        with _connection(url) as pool:
            client = threading.Thread(target=lambda: _ask_slowly(pool, url, answers, over), daemon=True)
            client.start()
            time.sleep(2 * PAUSE)
            ended = stage.release(new)
            time.sleep(2 * PAUSE)
            over.set()
            client.join(10 * PAUSE)
            connections = pool.num_connections
        stage.check("slipway release ends with 0", ended.exit_code == ExitCode.SUCCEEDED, ended.exit_code)
        stage.check("one connection was all it took", connections == 1, connections)
        order = [stage.roles.get(told, told) for told in dict.fromkeys(answers)]
        stage.check("the old version answered on it, then the new one", order == [GOOD, NEW], ", ".join(order))
        return f"{len(answers)} answers on {connections} connection"


def _idle_timeout(stage: Stage) -> float:
    """Seconds after which the load balancer closes an idle connection."""
    balancing = stage.client("elbv2")
    (balancer,) = balancing.describe_load_balancers()["LoadBalancers"]
    told = balancing.describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])["Attributes"]
    return float(next(each["Value"] for each in told if each["Key"] == "idle_timeout.timeout_seconds"))


def _tasks(stage: Stage) -> list[Task]:
    status = stage.status
    return Ecs(stage.aws).tasks(status.cluster, status.service)


def _closed_after(addresses: list[str], stage: Stage, seconds: float) -> float | None:
    """Send one request to each task and no more; the seconds until one closed the connection, None if none did."""
    port = stage.workspace.environment.task.port
    with ExitStack() as connected:
        ends = [connected.enter_context(socket.create_connection((address, port), PAUSE)) for address in addresses]
        for end in ends:
            end.sendall(b"GET / HTTP/1.1\r\nHost: drill\r\n\r\n")
        begun = time.monotonic()
        while (left := begun + seconds - time.monotonic()) > 0:
            readable, _, _ = select.select(ends, [], [], left)
            if any(not end.recv(CHUNK) for end in readable):  # the answer comes first
                return time.monotonic() - begun
    return None


def _ask_slowly(pool: urllib3.HTTPConnectionPool, url: str, answers: list[str], over: threading.Event) -> None:
    while not over.wait(PAUSE):
        answers.append(_answer(pool, url, 10 * PAUSE))


def _connection(url: str) -> urllib3.HTTPConnectionPool:
    """A client with one connection."""
    return urllib3.HTTPConnectionPool("127.0.0.1", urlsplit(url).port, maxsize=1, block=True, retries=False)


def _answer(pool: urllib3.HTTPConnectionPool, url: str, patience: float) -> str:
    """The tag that answers, or why none does."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        answer = pool.request("GET", path, headers={"Host": parts.netloc}, timeout=patience)
        return str(json.loads(answer.data)["image_tag"]) if answer.status == 200 else f"{answer.status}"  # noqa: PLR2004 - HTTP's OK
    except (urllib3.exceptions.HTTPError, OSError, ValueError, KeyError) as error:
        return type(error).__name__
