"""Drills of connections and requests under way while tasks go."""

import json
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import urllib3

from operations.errors import ExitCode
from operations.gateways.ecs import Ecs, Task
from sandbox.drills.deployment_settings import ignore_alarms
from sandbox.drills.drill import Drill
from sandbox.drills.releases import NEW
from sandbox.drills.stage import TASK_ARN, Stage
from sandbox.drills.traffic import GOOD
from sandbox.variants import GOOD as GOOD_LAYER
from sandbox.variants import wrapped

SLOW = wrapped(
    """
import asyncio
from app.main import app as served

async def app(scope, receive, send):
    async def signed(message):
        if message["type"] == "http.response.start":
            address = scope["server"][0].encode()
            message = {**message, "headers": [*message["headers"], (b"x-answered-by", address)]}
        await send(message)

    if scope["type"] != "http":
        return await served(scope, receive, send)
    query = scope.get("query_string", b"").decode()
    if query.startswith("seconds="):
        await asyncio.sleep(float(query.removeprefix("seconds=")))
    await served(scope, receive, signed)
"""
)
"""A variant that answers as late as a request asks, and says at which address."""

ANSWERED_BY = "x-answered-by"

ENDED = (0, 128 + signal.SIGTERM)
"""The exit codes of a program that has ended on SIGTERM. uvicorn answers what is under way, ends the application and
then lets the signal do what it does to every program; one that does not end gets SIGKILL, which makes 137."""

SLOW_SECONDS = 4.0
"""That a slow request takes: less than the 15 s after which the load balancer cuts off what is under way."""

SLOW_CLIENTS = 4
"""That send slow requests, one after another, so that some are always under way."""

CHUNK = 65536
"""Bytes that are read at once."""

PAUSE = 1.0
"""Seconds between two requests on a kept connection."""


@dataclass(frozen=True)
class Answered:
    """A request that is over.

    Attributes:
        told: the tag that answered, or why none did.
        by: the address of the task that answered; empty if that is not known.
        begun: when it was sent; the answer was complete when it `ended`.
    """

    told: str
    by: str
    begun: datetime
    ended: datetime

    @property
    def seconds(self) -> float:
        """That it took."""
        return (self.ended - self.begun).total_seconds()


class SlowRequestsInFlight(Drill):
    """Tasks are told to stop while they work on requests that take seconds.

    The emulated load balancer keeps SIGTERM from a task until nothing is under way to it, for 15 s at most. So that the
    program is seen to finish its work after SIGTERM, one task is sent a request past the load balancer.
    """

    name = "slow-requests-in-flight"
    promise = "Requests that are under way when their task is stopped, or gets SIGTERM, are answered to the end."

    def run(self, stage: Stage) -> str:
        """Release a version that can be slow, end one of its tasks, then all of them by another release."""
        slow = stage.image(SLOW, "slow")
        ignore_alarms(stage)  # that on the p99 would take back a release of which so many answers are slow
        first = stage.release(slow, step="release a version that can be slow")
        stage.check("slipway release ends with 0", first.exit_code == ExitCode.SUCCEEDED, first.exit_code)
        _end_one(stage, slow)
        before = _tasks(stage)
        with _slow_clients(f"{stage.url}/?seconds={SLOW_SECONDS:g}") as answers:
            time.sleep(PAUSE)
            second = stage.release(stage.good, step="release the good version meanwhile")
        stage.check("slipway release ends with 0", second.exit_code == ExitCode.SUCCEEDED, second.exit_code)
        across = _across_a_stop(stage, before, answers)
        stage.check("slow requests were under way to tasks when these were stopped", across)
        full = [each for each in answers if each.told == slow and each.seconds >= SLOW_SECONDS]
        stage.check("slow requests were answered in full", full)
        wrong = sorted({each.told for each in answers} - {slow, stage.good})
        stage.check("and none of them failed", not wrong, "; ".join(wrong))
        return (
            f"{len(full)} requests of {SLOW_SECONDS:g} s were answered, {len(across)} by tasks that were being stopped"
        )


def _end_one(stage: Stage, slow: str) -> None:
    """Send SIGTERM to a task while it works on a request, when the load balancer sends it no more."""
    task = next(each for each in _tasks(stage) if each.private_address)
    container = next(each for each in stage.containers() if each.labels[TASK_ARN].endswith(task.id))
    address, port = str(task.private_address), stage.workspace.environment.task.port
    _take_out(stage, address, port)
    url, answers = f"http://{address}:{port}/?seconds={SLOW_SECONDS:g}", list[Answered]()
    with stage.step(f"send a task SIGTERM while it works on a request of {SLOW_SECONDS:g} s"), _connection(url) as pool:
        client = threading.Thread(target=lambda: answers.append(_answer(pool, url, 3 * SLOW_SECONDS)), daemon=True)
        client.start()
        time.sleep(PAUSE)
        under_way, sent = not answers, datetime.now(UTC)
        container.kill("SIGTERM")
        code = container.wait(timeout=5 * SLOW_SECONDS)["StatusCode"]
        client.join(SLOW_SECONDS)
    stage.check("SIGTERM came while the request was under way", under_way)
    complete = [each for each in answers if each.told == slow and each.by == address and each.ended > sent]
    stage.check("it was answered to the end all the same", complete, ", ".join(each.told for each in answers))
    stage.check("then the program ended by itself, and was not killed", code in ENDED, code)


def _take_out(stage: Stage, address: str, port: int) -> None:
    """Have the load balancer send nothing more to a task, as ECS does before it sends SIGTERM."""
    balancing = stage.client("elbv2")
    for group in balancing.describe_target_groups()["TargetGroups"]:
        targets = [{"Id": address, "Port": port}]
        balancing.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=targets)
    time.sleep(PAUSE)  # for what is on its way


def _across_a_stop(stage: Stage, tasks: list[Task], answers: list[Answered]) -> list[Answered]:
    """The requests that these tasks answered after they had been told to stop, and were sent before."""
    ids = [task.id for task in tasks]
    told = stage.client("ecs").describe_tasks(cluster=stage.status.cluster, tasks=ids)["tasks"]
    stopped = {each["taskArn"].rpartition("/")[2]: each.get("stoppingAt") for each in told}
    moments = {task.private_address: stopped.get(task.id) for task in tasks}
    return [each for each in answers if (moment := moments.get(each.by)) and each.begun < moment < each.ended]


@contextmanager
def _slow_clients(url: str) -> Iterator[list[Answered]]:
    """Have some clients ask one slow request after the other; what became of them."""
    over, answers = threading.Event(), list[Answered]()

    def keep_asking() -> None:
        with _connection(url) as pool:
            while not over.is_set():
                answers.append(_answer(pool, url, SLOW_SECONDS * 3))

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
        answers.append(_answer(pool, url, 10 * PAUSE).told)


def _connection(url: str) -> urllib3.HTTPConnectionPool:
    """A client with one connection: to the task that the URL names by its address, else to the load balancer."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = host if host.replace(".", "").isdigit() else "127.0.0.1"
    return urllib3.HTTPConnectionPool(address, parts.port, maxsize=1, block=True, retries=False)


def _answer(pool: urllib3.HTTPConnectionPool, url: str, patience: float) -> Answered:
    """Ask, and wait for the answer, for so many seconds at most."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    begun, by = datetime.now(UTC), ""
    try:
        answer = pool.request("GET", path, headers={"Host": parts.netloc}, timeout=patience)
        by = answer.headers.get(ANSWERED_BY, "")
        told = str(json.loads(answer.data)["image_tag"]) if answer.status == 200 else f"{answer.status}"  # noqa: PLR2004 - HTTP's OK
    except (urllib3.exceptions.HTTPError, OSError, ValueError, KeyError) as error:
        told = type(error).__name__
    return Answered(told, by, begun, datetime.now(UTC))
