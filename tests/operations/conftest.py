"""The command as a shell runs it, and an AWS that answers by a script."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations.command import main
from operations.rollout.interruption import Interruption
from tests.conftest import PROJECT
from tests.operations.answering import AnsweringAws
from tests.operations.examinations import record_health
from tests.operations.handing_over import DEV, PROD, Write
from tests.operations.recorded_aws import RecordedAws
from tests.operations.scripted_aws import ScriptedAws
from tests.operations.world import NEW, World
from tests.pipeline.github_server import REPOSITORY, TOKEN, GitHub, serving


@dataclass(frozen=True)
class Ended:
    exit_code: int
    stdout: str
    stderr: str


Slipway = Callable[..., Ended]


@pytest.fixture(autouse=True)
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell of 80 columns without colours, without settings or credentials of AWS, and without a proxy."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"):  # make Typer colour its text
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def slipway(shell: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Slipway:
    """Runs `slipway` with these words in the project's folder."""
    shell.chdir(PROJECT / "tests")  # whose slipway.toml is the nearest then

    def run(*words: str) -> Ended:
        shell.setattr(sys, "argv", ["slipway", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def aws(shell: pytest.MonkeyPatch) -> Iterator[ScriptedAws]:
    """AWS as the test scripts it; the test fails when something of the script was never asked for."""
    scripted = ScriptedAws()
    shell.setattr(boto3, "Session", scripted.session)
    shell.setenv("AWS_ACCESS_KEY_ID", "key")
    shell.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    yield scripted
    scripted.assert_that_all_was_asked()


@pytest.fixture
def recorded_aws(shell: pytest.MonkeyPatch) -> RecordedAws:
    """AWS as the test records it, asked in whatever order."""
    recorded = RecordedAws()
    shell.setattr(boto3, "Session", recorded.session)
    shell.setenv("AWS_ACCESS_KEY_ID", "key")
    shell.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return recorded


@pytest.fixture
def healthy(recorded_aws: RecordedAws) -> RecordedAws:
    """An account in which nothing is wrong."""
    record_health(recorded_aws)
    return recorded_aws


@pytest.fixture
def answering(shell: pytest.MonkeyPatch) -> AnsweringAws:
    """AWS as the test has it answer, whatever the order; nobody waits between two looks."""
    answering = AnsweringAws()
    shell.setattr(boto3, "Session", answering.session)
    shell.setattr(Interruption, "wait", lambda interruption, _: interruption.asked)
    shell.setenv("AWS_ACCESS_KEY_ID", "key")
    shell.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        shell.delenv(name)
    return answering


@pytest.fixture
def world(answering: AnsweringAws) -> World:
    """The environment dev, whose service runs `OLD`."""
    return World(answering)


@pytest.fixture
def github(shell: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """The repository that the workflow runs in."""
    with serving() as github:
        shell.setenv("GITHUB_TOKEN", TOKEN)
        shell.setenv("GITHUB_REPOSITORY", REPOSITORY)
        shell.setenv("GITHUB_API_URL", github.url)
        yield github


@pytest.fixture
def release(slipway: Slipway) -> Any:
    """Runs `slipway release dev` of the new tag without looking at anything before."""
    return lambda *words, tag=NEW: slipway("release", "dev", "--tag", tag, "--skip-preflight", *words)


@pytest.fixture
def configured(tmp_path: Path) -> Write:
    """Writes a slipway.toml with these environments, `NAME=(account, region, more lines)`; returns the option."""

    def write(
        registry: tuple[str, str] = (PROD, "eu-central-1"), *, builds: bool = True, **environments: tuple[str, ...]
    ) -> list[str]:
        account, region = registry
        tables = [
            '[github]\nowner = "acme"\nrepository = "shop"',
            f'[registry]\naccount = "{account}"\nregion = "{region}"',
        ]
        for index, (name, (account, region, *more)) in enumerate(environments.items()):
            zones = json.dumps([f"{region}a", f"{region}b"])
            table = f"environments.{name.replace('_', '-')}"
            tables += [
                f'[{table}]\naccount = "{account}"\nregion = "{region}"\navailability_zones = {zones}',
                'branch = "main"' if builds else "",
                *more,
                f'[{table}.network]\ncidr = "10.{index}.0.0/16"',
                f"[{table}.load_balancer]\nplain_http = true",
            ]
        path = tmp_path / "slipway.toml"
        path.write_text("\n".join(tables))
        return ["--configuration", str(path), "github"]

    return write


@pytest.fixture
def two_accounts(configured: Write) -> list[str]:
    return configured(dev=(DEV, "eu-central-1"), prod=(PROD, "eu-central-1"))
