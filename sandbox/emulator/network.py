"""Keeping the emulator's process to this machine: its servers, and its connections to tasks."""

import socket
import sys
from typing import Any

_LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")

_tasks: set[str] = set()
"""Addresses that tasks have or had."""


def bind_to_loopback_only() -> None:
    """Let no socket of this process be bound to another address than the loopback.

    MiniStack binds its gateway where `BIND_HOST` says. Other servers of it have 0.0.0.0 written into the code: MQTT for
    IoT, SFTP for Transfer, the proxies of Aurora DSQL. An audit hook sees them all and cannot be removed again.
    """
    sys.addaudithook(_refuse_other_addresses)


def reach_tasks_without_gateway() -> None:
    """Let no connection to the address of a task leave this machine.

    With its last container an engine removes the bridge that its containers are at, and the route to it. A request to
    a task that has crashed would then go where all that is not of this machine goes, and be answered by whatever is
    there: a proxy that says 404, or somebody's server that has this address. Here it fails as one to an address at
    which nothing is: "Network is unreachable".

    On Linux only, where the containers' bridge is one of this machine. Elsewhere the engine is in a virtual machine,
    which is itself behind a gateway.
    """
    if sys.platform == "linux":
        sys.addaudithook(_pass_no_gateway)


def is_of_task(address: str) -> None:
    """Take note that this is the address of a task."""
    _tasks.add(address)


def _pass_no_gateway(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    connection, address = arguments
    if isinstance(address, tuple) and address[0] in _tasks:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)


def _refuse_other_addresses(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.bind":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[0] not in _LOOPBACK_HOSTS:
        raise PermissionError(f"The emulator listens on 127.0.0.1 only, not on {address[0]}:{address[1]}.")
