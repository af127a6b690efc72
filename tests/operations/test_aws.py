"""What is said when AWS, or the sandbox, cannot be asked: what happened, and what to type; never a traceback."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from configuration import Configuration
from operations.aws import connect
from tests.conftest import CONFIGURATION
from tests.operations.conftest import Ended, Slipway
from tests.operations.scripted_aws import ScriptedAws

LOGIN = "Run aws sso login."
SIGN_IN = "Run aws sso login, or set AWS_PROFILE to a profile that has them."


def assert_failed(ended: Ended, what: str, fix: str) -> None:
    assert ended.stderr == f"slipway: {what}.\n{fix}\n"
    assert (ended.exit_code, ended.stdout) == (1, "")


@pytest.fixture
def pauses(shell: pytest.MonkeyPatch) -> list[float]:
    """The seconds that botocore would have waited between attempts; it does not."""
    waited: list[float] = []
    shell.setattr("botocore.endpoint.time.sleep", waited.append)
    return waited


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Taken, so that nobody else gets it, but nobody answers."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def credentials(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_ACCESS_KEY_ID", "key")
    shell.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def with_port(port: int, folder: Path) -> str:
    path = folder / "slipway.toml"
    path.write_text(CONFIGURATION.read_text().replace("port = 4566", f"port = {port}"))
    return str(path)


def test_without_credentials(slipway: Slipway) -> None:
    assert_failed(slipway("status", "dev"), "AWS cannot be asked: the shell has no credentials", SIGN_IN)


def test_with_half_of_the_credentials(slipway: Slipway, shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_ACCESS_KEY_ID", "key")
    assert_failed(
        slipway("status", "dev"),
        "AWS cannot be asked: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        "Check the AWS settings of this shell; aws configure list prints them.",
    )


@pytest.mark.parametrize("environment", ["dev", "sandbox"])
def test_with_a_profile_that_does_not_exist(environment: str, slipway: Slipway, shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_PROFILE", "elsewhere")
    assert_failed(
        slipway("status", environment),
        "AWS cannot be asked: The config profile (elsewhere) could not be found",
        "Check the AWS settings of this shell; aws configure list prints them.",
    )


def test_without_a_session_of_single_sign_on(slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[default]\nsso_session = acme\nsso_account_id = 111111111111\nsso_role_name = reader\n"
        "[sso-session acme]\nsso_start_url = https://acme.example/start\nsso_region = eu-central-1\n"
    )
    shell.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert_failed(
        slipway("status", "dev"),
        "AWS cannot be asked: the session of aws sso login has expired, or there is none",
        LOGIN,
    )


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_with_expired_credentials(code: str, aws: ScriptedAws, slipway: Slipway) -> None:
    aws.refuses("cloudformation", "describe_stacks", code, "The security token included in the request is expired")
    assert_failed(slipway("status", "dev"), "DescribeStacks was refused: the credentials have expired", LOGIN)


@pytest.mark.parametrize(
    ("code", "message", "told", "fix"),
    [
        (
            "AccessDenied",
            "User: ada is not authorized to perform: cloudformation:DescribeStacks",
            "AccessDenied: User: ada is not authorized to perform: cloudformation:DescribeStacks",
            "Check the permissions of the credentials in use; aws sts get-caller-identity prints whose they are.",
        ),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            "InvalidClientTokenId: The security token included in the request is invalid",
            "Check which credentials are in use; aws configure list prints them.",
        ),
        (
            "InternalFailure",
            "",
            "InternalFailure",
            "Try again; if it stays, the API reference of the operation explains the code.",
        ),
    ],
)
def test_what_aws_refuses_is_told_with_its_code_and_a_fix(
    code: str, message: str, told: str, fix: str, aws: ScriptedAws, slipway: Slipway
) -> None:
    aws.refuses("cloudformation", "describe_stacks", code, message)
    assert_failed(slipway("status", "dev"), f"DescribeStacks failed: {told}", fix)


@pytest.mark.usefixtures("credentials")
def test_aws_that_does_not_answer_is_asked_five_times(
    closed_port: int, pauses: list[float], slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port}")
    assert_failed(
        slipway("status", "dev"),
        f'AWS does not answer: Could not connect to the endpoint URL: "http://127.0.0.1:{closed_port}/"',
        "Check the network, then try again.",
    )
    assert len(pauses) == 4


def test_a_sandbox_that_is_not_running_is_asked_once(
    closed_port: int, pauses: list[float], slipway: Slipway, tmp_path: Path
) -> None:
    assert_failed(
        slipway("--configuration", with_port(closed_port, tmp_path), "status", "sandbox"),
        f"the sandbox does not answer at http://localhost:{closed_port}: it is not running",
        "Run make up.",
    )
    assert pauses == []


def test_a_sandbox_is_asked_as_often_as_the_shell_says(
    closed_port: int, pauses: list[float], slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("AWS_MAX_ATTEMPTS", "3")
    slipway("--configuration", with_port(closed_port, tmp_path), "status", "sandbox")
    assert len(pauses) == 2


def test_no_proxy_is_asked_for_the_sandbox(
    closed_port: int, slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    ended = slipway("--configuration", with_port(closed_port, tmp_path), "status", "sandbox")
    assert ended.stderr.startswith(f"slipway: the sandbox does not answer at http://localhost:{closed_port}: ")


class Website(BaseHTTPRequestHandler):
    """Somebody else's server on the sandbox's port."""

    def do_POST(self) -> None:
        body = b"<!doctype html><title>It works!</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def website() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Website) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_another_server_on_the_port_of_the_sandbox_is_not_taken_for_it(
    website: int, slipway: Slipway, tmp_path: Path
) -> None:
    assert_failed(
        slipway("--configuration", with_port(website, tmp_path), "status", "sandbox"),
        f"what answers at http://localhost:{website} is not AWS",
        "See what listens there; sandbox.port in slipway.toml chooses another port.",
    )


def test_all_threads_that_ask_a_service_share_one_client(configuration: Configuration) -> None:
    aws, together = connect(configuration, configuration.environment("dev")), Barrier(4)

    def asked(service: str) -> Any:
        together.wait(timeout=5)
        return aws.client(service)

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(asked, ["ecs", "ecs", "ecs", "sts"])
    assert [each is first for each in others] == [True, True, False]
