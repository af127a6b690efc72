"""What an operator does with a service that runs: read its logs, look into a task, change how many there are."""

import json
import signal
import subprocess
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.error import HTTPError

import pytest

from sandbox.processes import eventually
from tests.conftest import PROJECT
from tests.end_to_end.conftest import BIN, Sandbox

PATIENCE = 180


def visit(sandbox: Sandbox, url: str) -> str:
    """Ask with an id of a trace that nobody else has, so that the access log has a line of it; return that id."""
    trace = f"Root=1-{uuid.uuid4()}"
    request = urllib.request.Request(f"{url}/nowhere", headers={"X-Amzn-Trace-Id": trace})  # noqa: S310 - always http
    with suppress(HTTPError):  # there is nothing to be found
        urllib.request.urlopen(request, timeout=10)  # noqa: S310 - the same
    assert eventually(lambda: trace in sandbox.slipway("logs", "sandbox", "--filter", trace).stdout, patience=PATIENCE)
    return trace


@contextmanager
def following(sandbox: Sandbox, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [str(BIN / "slipway"), "--configuration", str(sandbox.configuration), "logs", "sandbox", "--follow"]
    with subprocess.Popen(
        [*command, *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - ignored in a shell's background
    ) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def test_logs_name_the_task_that_answered(sandbox: Sandbox) -> None:
    trace = visit(sandbox, sandbox.url)
    printed = sandbox.slipway("logs", "sandbox", "--filter", trace, "--json")
    (line,) = [json.loads(text) for text in printed.stdout.splitlines()]
    tasks = sandbox.client("ecs").list_tasks(cluster="slipway-sandbox", serviceName="slipway-sandbox")["taskArns"]
    assert line["task"] in [arn.rpartition("/")[2] for arn in tasks]
    access = json.loads(line["message"])
    of_task = sandbox.slipway("logs", "sandbox", "--filter", trace, "--task", line["task"][:8])
    assert of_task.stdout == (
        f"{line['task'][:8]} INFO GET unmatched 404 in {access['duration_ms']} ms "
        f"amzn_trace_id={access['amzn_trace_id']}\n"
    )


def test_followed_logs_go_on_until_ctrl_c(sandbox: Sandbox) -> None:
    url = sandbox.url
    before = visit(sandbox, url)
    with following(sandbox, "--filter", '"http_status":404', "--since", "5m") as process:
        assert process.stdout is not None
        while before not in process.stdout.readline():  # visitors of other tests may come first
            assert process.poll() is None
        later = visit(sandbox, url)
        assert later in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == ""
        assert process.wait(PATIENCE) == 0


def test_exec_runs_a_command_in_a_task(sandbox: Sandbox) -> None:
    # podman now and then hands over nothing of what a command has printed
    assert eventually(
        lambda: sandbox.slipway("exec", "sandbox", "--", "id", "-u").stdout == "10001\n", patience=PATIENCE
    )
    assert sandbox.slipway("exec", "sandbox", "--", "sh", "-c", "exit 7").returncode == 7


@pytest.fixture
def bounds(sandbox: Sandbox) -> Iterator[None]:
    """Puts back what the other tests expect."""
    yield
    for maximum in ("2", "4"):  # first the number of tasks, then the bounds
        assert sandbox.slipway("scale", "sandbox", "2", maximum, "--yes").returncode == 0
    assert eventually(lambda: tasks(sandbox) == (2, 2), patience=PATIENCE)


@pytest.mark.usefixtures("bounds")
def test_scale_changes_the_bounds_and_the_tasks_follow(sandbox: Sandbox) -> None:
    scaled = sandbox.slipway("scale", "sandbox", "3", "6", "--yes", "--json")
    assert scaled.returncode == 0, scaled.stderr
    change = json.loads(scaled.stdout)
    assert (change["before"], change["after"]) == ({"min": 2, "max": 4}, {"min": 3, "max": 6})
    assert change["tasks"] == {"desired": 2, "running": 2, "starting": 1}
    assert "2 are desired, 2 run: 1 starts at once." in scaled.stderr
    (target,) = sandbox.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 6)
    assert eventually(lambda: tasks(sandbox) == (3, 3), patience=PATIENCE)


def tasks(sandbox: Sandbox) -> tuple[int, int]:
    status = sandbox.status()
    return status["desired"], status["running"]
