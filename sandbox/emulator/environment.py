"""What the emulator is told by variables; MiniStack starts on the loopback, without anything of a real account."""

import os
import re
import socket
from collections.abc import Mapping

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = "4566"

TIMEOUT_VARIABLE = "SLIPWAY_SANDBOX_STABILITY_TIMEOUT"
DEFAULT_TIMEOUT = 600.0
"""Seconds that a rollout may take. CloudFormation itself gives a service three hours."""

# MiniStack's own servers besides the gateway: MQTT for IoT, on unless told otherwise, and SFTP for Transfer.
_SWITCHED_OFF = {"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
# A request to a target that does not answer takes one of MiniStack's threads for a minute; 64 of them, its default,
# keep all other requests waiting.
_THREADS = {"MINISTACK_WORKER_THREADS": "256"}
_NO_AWS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def emulator_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment to start MiniStack in.

    The variables of AWS's tools go: credentials of a real account have no business in this process. Before that, the
    region and a key of twelve digits tell where requests without a signature belong, such as those to a load balancer;
    without them it is us-east-1 and the account 000000000000. MINISTACK_REGION and MINISTACK_ACCOUNT_ID come first.

    Args:
        given: The environment of the process.

    Raises:
        ValueError: A variable asks for what the emulator does not do; names it, its value and what is allowed.
    """
    port = given.get("GATEWAY_PORT") or DEFAULT_PORT
    if not port.isdecimal() or int(port) not in range(1, 65536):
        raise ValueError(f"GATEWAY_PORT={port}: a port number from 1 to 65535 is needed.")
    host = given.get("BIND_HOST") or LOOPBACK
    if host not in (LOOPBACK, "localhost"):
        raise ValueError(f"BIND_HOST={host}: the emulator listens on {LOOPBACK} only. Unset it.")
    tls = given.get("USE_SSL", "")
    if tls.lower() in ("1", "true", "yes"):
        raise ValueError(f"USE_SSL={tls}: the emulator speaks plain HTTP on the loopback. Unset it.")
    kept = {name: value for name, value in given.items() if not name.startswith("AWS_")}
    return {
        **_THREADS,
        **_origin(given),
        **kept,
        **_SWITCHED_OFF,
        **_NO_AWS,
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": port,
    }


def stability_timeout() -> float:
    """Return the seconds that a rollout may take.

    Raises:
        ValueError: The environment variable is not a positive number.
    """
    text = os.environ.get(TIMEOUT_VARIABLE, "")
    try:
        seconds = float(text) if text else DEFAULT_TIMEOUT
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise ValueError(f"{TIMEOUT_VARIABLE}={text}: a number of seconds above 0 is needed, such as 600.")
    return seconds


def require_free(port: int) -> None:
    """Make sure that nothing listens on the port yet.

    Raises:
        ValueError: Something does.
    """
    with socket.socket() as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise ValueError(
                f"GATEWAY_PORT={port}: something listens on {LOOPBACK}:{port} already. Stop it, or set GATEWAY_PORT."
            )


def _origin(given: Mapping[str, str]) -> dict[str, str]:
    region = given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION")
    account = re.fullmatch(r"\d{12}", given.get("AWS_ACCESS_KEY_ID", ""))
    return {
        **({"MINISTACK_REGION": region} if region else {}),
        **({"MINISTACK_ACCOUNT_ID": account.group()} if account else {}),
    }
