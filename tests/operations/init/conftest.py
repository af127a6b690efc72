"""A new clone: git, GitHub and AWS as the test has them."""

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.operations.answering import AnsweringAws

ACCOUNT, ZONE_ID = "333333333333", "Z0SHOP"


@dataclass
class GitHub:
    """The API, and the repositories that it knows: by the name that is asked for, what it answers."""

    url: str = ""
    repositories: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def server() -> Iterator[GitHub]:
    known = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/repos/")
            known.asked.append(name)
            body = json.dumps(known.repositories.get(name, {"message": "Not Found"})).encode()
            self.send_response(200 if name in known.repositories else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        known.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield known
        http.shutdown()
        thread.join()


@pytest.fixture
def github(server: GitHub, shell: pytest.MonkeyPatch, tmp_path: Path) -> GitHub:
    """GitHub, which knows acme/shop; there is no gh on PATH, but git."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(_path_of("git"))
    shell.setenv("PATH", str(programs))
    shell.setenv("GITHUB_API_URL", server.url)
    server.asked.clear()
    server.repositories = {"acme/shop": repository("acme/shop")}
    return server


def repository(full_name: str, branch: str = "main") -> dict[str, object]:
    return {"full_name": full_name, "id": 22, "owner": {"id": 11}, "default_branch": branch}


@pytest.fixture
def clone(
    tmp_path: Path,
    slipway: object,  # noqa: ARG001 - it goes to another folder, and has to do so first
    github: GitHub,  # noqa: ARG001 - there is always one
    shell: pytest.MonkeyPatch,
) -> Path:
    """The work tree in which the command runs, with a remote, and without a slipway.toml."""
    folder = tmp_path / "shop"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    origin(folder, "git@github.com:acme/shop.git")
    shell.chdir(folder)
    return folder


def origin(folder: Path, address: str) -> None:
    subprocess.run(["git", "-C", folder, "config", "remote.origin.url", address], check=True)


@pytest.fixture
def session(answering: AnsweringAws, shell: pytest.MonkeyPatch, server: GitHub) -> AnsweringAws:
    """A session in us-west-2 of an account that has the zone example.com."""
    shell.setenv("GITHUB_API_URL", server.url)  # which `answering` has taken away
    shell.setenv("AWS_REGION", "us-west-2")
    zones = [{"ZoneName": f"us-west-2{letter}"} for letter in "dabc"]
    answering.answer(
        "GetCallerIdentity", {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/eve", "UserId": "U"}
    )
    answering.answer("DescribeAvailabilityZones", {"AvailabilityZones": zones})
    listed = [
        {
            "Id": "/hostedzone/Z0PRIVATE",
            "Name": "example.com.",
            "CallerReference": "1",
            "Config": {"PrivateZone": True},
        },
        {"Id": f"/hostedzone/{ZONE_ID}", "Name": "example.com.", "CallerReference": "2"},
    ]
    answering.answer("ListHostedZonesByName", {"HostedZones": listed, "IsTruncated": False, "MaxItems": "100"})
    answering.denying = True
    return answering


def _path_of(program: str) -> str:
    return subprocess.run(["which", program], check=True, capture_output=True, text=True).stdout.strip()
