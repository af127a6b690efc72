"""The command as a shell runs it, and an AWS that answers by a script."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.stub import Stubber

from operations.command import main
from operations.rollout.interruption import Interruption
from tests.conftest import PROJECT
from tests.operations.answering import AnsweringAws
from tests.operations.examinations import record_health
from tests.operations.recorded_aws import RecordedAws
from tests.operations.world import NEW, World

Session = boto3.Session
MODELS = Loader(extra_search_paths=[str(Path(boto3.__file__).parent / "data")])
"""Of AWS's services, read once for all tests: that takes longer than the tests themselves."""


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


@dataclass
class ScriptedAws:
    """Answers each service's requests in the order of the script; botocore checks both against the service's model.

    Attributes:
        endpoints: of the clients that were made, by service.
    """

    endpoints: dict[str, str] = field(default_factory=dict)
    _script: dict[str, list[Callable[[Stubber], None]]] = field(default_factory=dict)
    _stubbers: list[Stubber] = field(default_factory=list)

    def answers(self, service: str, operation: str, answer: dict[str, Any], **expected: object) -> None:
        """The next request to that service has to be this operation with these parameters."""
        self._script.setdefault(service, []).append(lambda stub: stub.add_response(operation, answer, expected))

    def refuses(self, service: str, operation: str, code: str, message: str) -> None:
        """The next request to that service has to be this operation, and fails."""
        self._script.setdefault(service, []).append(lambda stub: stub.add_client_error(operation, code, message))

    def session(self, **options: Any) -> Any:
        """In the place of `boto3.Session`."""
        core = botocore.session.Session()
        core.register_component("data_loader", MODELS)
        real = Session(botocore_session=core, **options)
        return SimpleNamespace(
            client=lambda service, **options: self._client(real, service, **options),
            get_credentials=real.get_credentials,
            region_name=real.region_name,
        )

    def _client(self, session: boto3.Session, service: Any, **options: Any) -> Any:
        client = session.client(service, **options)
        self.endpoints[service] = client.meta.endpoint_url
        stubber = Stubber(client)
        for line in self._script.pop(service, []):
            line(stubber)
        stubber.activate()
        self._stubbers.append(stubber)
        return client

    def assert_that_all_was_asked(self) -> None:
        assert list(self._script) == []
        for stubber in self._stubbers:
            stubber.assert_no_pending_responses()


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
    recorded = RecordedAws(MODELS)
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
    answering = AnsweringAws(MODELS)
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
def release(slipway: Slipway) -> Any:
    """Runs `slipway release dev` of the new tag without looking at anything before."""
    return lambda *words, tag=NEW: slipway("release", "dev", "--tag", tag, "--skip-preflight", *words)
