"""Drills can fail: in a stack that is weaker than it promises, they say so. And they leave nothing behind."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.drills.connections import ConnectionAcrossDrain
from sandbox.drills.deployment_settings import configure, settings_of
from sandbox.drills.releases import CrashAtStart, GoodRelease
from sandbox.drills.result import Result, Verdict
from sandbox.drills.running import run
from sandbox.drills.slow_starts import SlowStartInside
from sandbox.drills.stage import Stage
from sandbox.drills.workplace import CONFIGURATION, FOLDER
from sandbox.emulation import port_is_free
from sandbox.engine import Engine
from sandbox.progress import Progress
from sandbox.variants import Layer
from sandbox.workspace import Workspace
from tests.conftest import PROJECT
from tests.end_to_end.conftest import BIN, Sandbox, sandbox_in

pytestmark = pytest.mark.drill


@pytest.fixture
def stage(sandbox: Sandbox, engine: Engine) -> Stage:
    return stage_of(sandbox, engine)


def stage_of(sandbox: Sandbox, engine: Engine) -> Stage:
    workspace = Workspace.of(sandbox.configuration)
    return Stage(workspace, engine, sandbox.status()["image_tag"], Progress())


def broken(result: Result) -> list[str]:
    """What the drill found not to hold."""
    return [check.says for check in result.checks if not check.holds]


@contextmanager
def weakened(stage: Stage, **changes: object) -> Iterator[None]:
    """A service that is configured by hand, where its stack does not see it."""
    before = settings_of(stage)
    configure(stage, **changes)
    try:
        yield
    finally:
        configure(stage, **{name: before[name] for name in changes})


def test_without_a_circuit_breaker_a_crashing_release_breaks_its_promise(stage: Stage) -> None:
    stage.minutes = 0.4
    with weakened(stage, deploymentCircuitBreaker={"enable": False, "rollback": False}):
        result = run(CrashAtStart(), stage)
    assert result.verdict is Verdict.BROKEN
    assert "slipway release ends with 3: rolled back" in broken(result)
    assert stage.status.image_tag == stage.good


def test_with_no_task_that_has_to_stay_healthy_a_good_release_breaks_its_promise(stage: Stage) -> None:
    with weakened(stage, minimumHealthyPercent=0, maximumPercent=100):
        result = run(GoodRelease(), stage)
    assert result.verdict is Verdict.BROKEN
    assert "no request failed" in broken(result)
    assert result.traffic
    assert result.traffic.failures > 50


def test_without_a_grace_period_a_slow_start_breaks_its_promise(stage: Stage) -> None:
    class WithoutGrace(SlowStartInside):
        grace = 0

    result = run(WithoutGrace(), stage)
    assert result.verdict is Verdict.BROKEN
    assert "slipway release ends with 0" in broken(result)
    assert stage.status.image_tag == stage.good


def test_with_a_server_that_closes_idle_connections_early_kept_connections_break_their_promise(
    stage: Stage, sandbox: Sandbox, engine: Engine
) -> None:
    hasty = stage.variants.push(Layer(words={"75": "5"}))
    try:
        assert stage.release(hasty).exit_code == 0
        result = run(ConnectionAcrossDrain(), stage_of(sandbox, engine))
    finally:
        stage.clean_up()
    assert result.verdict is Verdict.BROKEN
    assert broken(result) == ["the tasks keep idle connections for the 60 s that the load balancer does"]


@pytest.mark.parametrize(
    ("number", "moment"), [(signal.SIGINT, "... synthesise the app"), (signal.SIGTERM, "release it, until the verdict")]
)
def test_a_drill_that_is_ended_leaves_nothing(
    number: signal.Signals, moment: str, engine: Engine, tmp_path: Path
) -> None:
    sandbox = sandbox_in(tmp_path)
    words = ["--configuration", str(sandbox.configuration), "sandbox", "drill", "crash-at-start"]
    images = set(engine.names("000000000000.dkr.ecr.us-east-1.amazonaws.com/slipway"))
    with subprocess.Popen(
        [str(BIN / "slipway"), *words], cwd=PROJECT, env=os.environ, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        said = []
        for line in process.stderr:
            said.append(line)
            if moment in line:
                break
        port = Workspace.of(tmp_path / ".sandbox" / FOLDER / CONFIGURATION).port
        process.send_signal(number)
        said += process.stderr.readlines()
    assert process.returncode not in (0, None), "".join(said)
    assert engine.containers(port) == []
    assert port_is_free(port)
    assert [path.name for path in tmp_path.iterdir()] == ["slipway.toml"]
    running = subprocess.run(["ps", "-ww", "-e", "-o", "command="], capture_output=True, text=True, check=True).stdout
    assert [line for line in running.splitlines() if str(tmp_path) in line] == []
    left = {name for name in engine.names("000000000000.dkr.ecr.us-east-1.amazonaws.com/slipway") if name not in images}
    tags = [word for line in said for word in line.split() if word.startswith("sha-")]
    assert not [name for name in left if any(tag in name for tag in tags)]
