"""`python -m sandbox.emulator`: where it listens, what it refuses, what it prints."""

import contextlib
import importlib.metadata
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.emulator.environment import emulator_environment
from sandbox.emulator.internals import MINISTACK_VERSION, MiniStackMismatchError, internal

PROJECT = Path(__file__).parents[3]

needs_proc = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="listening sockets are read from /proc")


def test_the_installed_ministack_is_the_one_the_patches_were_written_for() -> None:
    assert importlib.metadata.version("ministack") == MINISTACK_VERSION == "1.5.33"


def test_an_attribute_that_moved_is_reported_with_both_releases() -> None:
    with pytest.raises(MiniStackMismatchError, match=r"services\.ecs has no _moved: MiniStack .* 1\.5\.33"):
        internal("services.ecs", "_moved")


@needs_proc
def test_it_listens_on_the_loopback_only(emulator: Any) -> None:
    assert listening(emulator.process.pid) == {("127.0.0.1", emulator.port)}


@needs_proc
def test_no_other_server_is_started_for_other_services(emulator: Any) -> None:
    emulator.client("transfer").create_server(Protocols=["SFTP"])
    emulator.client("iot").create_thing(thingName="thing")
    assert listening(emulator.process.pid) == {("127.0.0.1", emulator.port)}


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104  # the addresses to refuse
def test_no_socket_of_the_process_can_be_bound_elsewhere(address: str) -> None:
    family = "AF_INET6" if ":" in address else "AF_INET"
    program = (
        "import socket; from sandbox.emulator.network import bind_to_loopback_only; bind_to_loopback_only();"
        f"socket.socket(socket.AF_INET).bind(('127.0.0.1', 0)); socket.socket(socket.{family}).bind(('{address}', 0))"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"PermissionError: The emulator listens on 127.0.0.1 only, not on {address}:0." in ended.stderr


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("GATEWAY_PORT", "http", "GATEWAY_PORT=http: a port number from 1 to 65535 is needed."),
        ("GATEWAY_PORT", "65536", "GATEWAY_PORT=65536: a port number from 1 to 65535 is needed."),
        ("BIND_HOST", "0.0.0.0", "BIND_HOST=0.0.0.0: the emulator listens on 127.0.0.1 only. Unset it."),  # noqa: S104  # to be refused
        ("USE_SSL", "1", "USE_SSL=1: the emulator speaks plain HTTP on the loopback. Unset it."),
        (
            "SLIPWAY_SANDBOX_STABILITY_TIMEOUT",
            "0",
            "SLIPWAY_SANDBOX_STABILITY_TIMEOUT=0: a number of seconds above 0 is needed, such as 600.",
        ),
    ],
)
def test_a_variable_it_cannot_use_is_refused_in_one_line(variable: str, value: str, complaint: str) -> None:
    ended = run(environment={variable: value})
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"sandbox.emulator: {complaint}\n")


def test_a_port_that_is_taken_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(environment={"GATEWAY_PORT": str(port)})
    assert ended.returncode == 2
    assert ended.stderr == (
        f"sandbox.emulator: GATEWAY_PORT={port}: something listens on 127.0.0.1:{port} already. "
        "Stop it, or set GATEWAY_PORT.\n"
    )


def test_credentials_of_a_real_account_do_not_reach_it() -> None:
    environment = emulator_environment(
        {"AWS_ACCESS_KEY_ID": "AKIA0", "AWS_SECRET_ACCESS_KEY": "x", "AWS_PROFILE": "real", "HOME": "/home/a"}
    )
    assert {name for name in environment if name.startswith("AWS_")} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["HOME"] == "/home/a"


def test_unsigned_requests_belong_to_the_region_and_account_it_was_started_for() -> None:
    environment = emulator_environment({"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "412345678901"})
    assert (environment["MINISTACK_REGION"], environment["MINISTACK_ACCOUNT_ID"]) == ("eu-west-1", "412345678901")


def test_a_key_that_is_no_account_leaves_the_account_to_ministack() -> None:
    assert "MINISTACK_ACCOUNT_ID" not in emulator_environment({"AWS_ACCESS_KEY_ID": "slipwaysandbox"})


def test_the_types_are_printed_as_json_without_starting() -> None:
    ended = run("--types", environment={"GATEWAY_PORT": "not looked at"})
    rows = {row["type"]: row for row in json.loads(ended.stdout)}
    assert rows["AWS::EC2::EIP"]["by"] == "ec2:AllocateAddress"
    assert {row["provisioning"] for row in rows.values()} == {"backed", "amended", "recorded"}


def test_it_ends_in_order_on_sigterm(start_emulator: Callable[..., Any]) -> None:
    with start_emulator(DOCKER_HOST="unix:///nonexistent") as emulator:
        emulator.stop()
        assert emulator.process.returncode == 0


def run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox.emulator", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def listening(pid: int) -> set[tuple[str, int]]:
    """Return where a process listens, as the kernel knows it."""
    links = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            links.append(str(link.readlink()))
    inodes = {match.group(1) for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", link))}
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] != "0A" or fields[9] not in inodes:
                continue
            address, port = fields[1].split(":")
            words = [bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8)]
            found.add((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found
