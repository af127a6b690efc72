"""The emulator's own public APIs, as a handler inside it calls them: over the loopback, with boto3.

A handler that goes through the public API gets its validation and its defaults, and what it created is by construction
readable through that API. It has to run on a thread of its own: the answer comes from the event loop it would block.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.config
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.emulator.environment import LOOPBACK
from sandbox.emulator.internals import internal


def client(service: str) -> Any:
    """Return a boto3 client of the running emulator, for the account and region of the stack being deployed."""
    account: str = internal("core.responses", "get_account_id")()
    region: str = internal("core.responses", "get_region")()
    return _client(service, account, region, os.environ["GATEWAY_PORT"])


def request(service: str, operation: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a resource's properties as the parameters of an API operation.

    CloudFormation and the APIs share their names but for the case of a letter (`LogConfiguration`,
    `logConfiguration`), and templates carry numbers and booleans as strings; the operation's model settles both.

    Raises:
        ValueError: A property is no member of the operation; names the path of it.
    """
    model = client(service).meta.service_model.operation_model(operation)
    converted: dict[str, Any] = shaped(model.input_shape, properties, operation)
    return converted


def shaped(shape: Shape, value: Any, path: str) -> Any:
    """Return `value` with the names and types of a botocore shape; `path` is where it stands, for the error."""
    if isinstance(shape, StructureShape):
        members = {name.casefold(): name for name in shape.members}
        unknown = [name for name in value if name.casefold() not in members]
        if unknown:
            raise ValueError(f"{path}.{unknown[0]} is not known to the API; it has {', '.join(shape.members)}.")
        names = {name: members[name.casefold()] for name in value}
        return {names[name]: shaped(shape.members[names[name]], item, f"{path}.{name}") for name, item in value.items()}
    if isinstance(shape, ListShape):
        return [shaped(shape.member, item, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(shape, MapShape):
        return {str(key): shaped(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    return _scalar(shape.type_name, value)


@contextmanager
def absence_is_fine(*codes: str) -> Iterator[None]:
    """Let a deletion pass when the API answers with one of `codes`: what should go is already gone."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in codes:
            raise


def _scalar(type_name: str, value: Any) -> Any:
    if type_name == "boolean":
        return str(value).casefold() == "true"
    if type_name in ("integer", "long"):
        return int(value)
    if type_name in ("float", "double"):
        return float(value)
    if type_name == "string":
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


@functools.lru_cache(maxsize=64)
def _client(service: str, account: str, region: str, port: str) -> Any:
    # MiniStack takes an access key of twelve digits for the account itself.
    session = boto3.session.Session(aws_access_key_id=account, aws_secret_access_key=account, region_name=region)
    return session.client(
        service,  # type: ignore[call-overload]  # the stubs list the services one by one; here any of them is asked for
        endpoint_url=f"http://{LOOPBACK}:{port}",
        # No proxy to the loopback, no retry of a creation; deleting a service stops its containers one by one.
        config=botocore.config.Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=300),
    )
