"""A complete and valid document, and what is said when one value of it is changed."""

import copy
import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from configuration import Configuration, ConfigurationError, load

REMOVED = object()
"""The value of a key that is to be left out."""

CERTIFICATE = "arn:aws:acm:{region}:{account}:certificate/01234567-89ab-cdef-0123-456789abcdef"

DOCUMENT: Mapping[str, Any] = {
    "github": {"owner": "acme", "repository": "shop", "owner_id": 11, "repository_id": 22},
    "registry": {"account": "222222222222", "region": "eu-central-1", "repository": "shop", "releases_kept": 30},
    "sandbox": {"port": 4566},
    "environments": {
        name: {
            "account": account,
            "region": region,
            "availability_zones": [f"{region}a", f"{region}b"],
            "image": "ecr",
            "branch": "main",
            "retain_data": True,
            "network": {"cidr": "10.10.0.0/16", "nat": "gateway", "flow_logs": True},
            "load_balancer": load_balancer,
            "task": {"cpu": 256, "memory": 512, "architecture": "arm64"},
            "tasks": {"min": 2, "max": 4},
            "alerts": {"emails": ["on-call@example.com"]},
        }
        for name, account, region, load_balancer in (
            (
                "prod",
                "222222222222",
                "eu-central-1",
                {"certificate_arn": CERTIFICATE.format(region="eu-central-1", account="222222222222")},
            ),
            ("dev", "111111111111", "eu-west-1", {"plain_http": True}),
            ("sandbox", "000000000000", "us-east-1", {"plain_http": True}),
        )
    },
}

Changes = Mapping[str, object]
Write = Callable[[Changes], Path]
Read = Callable[[Changes], Configuration]
Problems = Callable[[Changes], list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the document with changes, each a dotted key and its new value, and returns the file."""

    def written(changes: Changes) -> Path:
        document = copy.deepcopy(dict(DOCUMENT))
        for place, value in changes.items():
            *tables, key = place.split(".")
            table = document
            for each in tables:
                table = table.setdefault(each, {})
            if value is REMOVED:
                del table[key]
            else:
                table[key] = copy.deepcopy(value)
        path = tmp_path / "slipway.toml"
        path.write_text("\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in document.items()))
        return path

    return written


@pytest.fixture
def read(write: Write) -> Read:
    """Writes the document with changes and loads it."""
    return lambda changes: load(write(changes))


@pytest.fixture
def problems(read: Read) -> Problems:
    """The lines that a user sees when the document has these changes; none when it is valid."""

    def lines(changes: Changes) -> list[str]:
        try:
            read(changes)
        except ConfigurationError as error:
            return str(error).splitlines()
        return []

    return lines


def toml(value: Any) -> str:
    """The value as TOML, tables in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(toml(each) for each in value) + "]"
        case bool() | str():
            return json.dumps(value)
        case dt.date():
            return value.isoformat()
        case _:
            return repr(value)
