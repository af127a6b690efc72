"""Keeping every server of the emulator's process on the loopback."""

import sys
from typing import Any

_LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


def bind_to_loopback_only() -> None:
    """Let no socket of this process be bound to another address than the loopback.

    MiniStack binds its gateway where `BIND_HOST` says. Other servers of it have 0.0.0.0 written into the code: MQTT for
    IoT, SFTP for Transfer, the proxies of Aurora DSQL. An audit hook sees them all and cannot be removed again.
    """
    sys.addaudithook(_refuse_other_addresses)


def _refuse_other_addresses(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.bind":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[0] not in _LOOPBACK_HOSTS:
        raise PermissionError(f"The emulator listens on 127.0.0.1 only, not on {address[0]}:{address[1]}.")
