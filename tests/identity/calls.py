"""Which operations of AWS the code of `operations/` calls, found in its source."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import boto3
from botocore.client import BaseClient

from tests.conftest import PROJECT

OPERATIONS = PROJECT / "operations"
IAM_PREFIXES = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}
"""What IAM calls the services that boto3 calls otherwise."""

NO_OPERATIONS = {"can_paginate", "exceptions", "generate_presigned_url", "meta"}
"""What a client has beside its operations; a presigned URL is not a request yet."""


@cache
def called_actions() -> Mapping[str, set[str]]:
    """The IAM actions of all operations that are called, each with the modules that do.

    Raises:
        LookupError: a client is made or used in a way that this module does not see through.
    """
    found: dict[str, set[str]] = {}
    for path in sorted(OPERATIONS.rglob("*.py")):
        for action in _actions_in(path):
            found.setdefault(action, set()).add(str(path.relative_to(PROJECT)))
    return found


def _actions_in(path: Path) -> Iterator[str]:
    """Every class, and every function outside of one, has one client at most."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for scope in tree.body:
        made = [service for node in ast.walk(scope) for service in _client_made_by(node, path)]
        if len(made) > 1:
            raise LookupError(f"{path}: {made} are made in one place; whose operations are called cannot be told")
        for service in made:
            for method in _methods(scope):
                yield _action(service, method)


def _client_made_by(node: ast.AST, path: Path) -> Iterator[str]:
    """The service, if the node is `....client("service", ...)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"client", "resource"}:
        service = node.args[0] if node.args else None
        if node.func.attr == "resource" or not isinstance(service, ast.Constant) or not isinstance(service.value, str):
            raise LookupError(f"{path}:{node.lineno}: which client is made cannot be told")
        yield service.value


def _methods(scope: ast.AST) -> Iterator[str]:
    """What is called of clients: of `self._client`, and of variables that a client was put into."""
    variables = {
        target.id
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and any(True for _ in _client_made_by(node.value, Path()))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(scope):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        of, name = node.func.value, node.func.attr
        if (isinstance(of, ast.Attribute) and of.attr == "_client") or (
            isinstance(of, ast.Name) and of.id in variables
        ):
            if name in {"get_paginator", "get_waiter"}:
                operation = node.args[0]
                if name == "get_waiter" or not isinstance(operation, ast.Constant):
                    raise LookupError(f"line {node.lineno}: what is waited for cannot be told")
                yield str(operation.value)
            elif name not in NO_OPERATIONS:
                yield name


def _action(service: str, method: str) -> str:
    return f"{IAM_PREFIXES.get(service, service)}:{_client(service).meta.method_to_api_mapping[method]}"


@cache
def _client(service: str) -> BaseClient:
    client: BaseClient = boto3.Session(region_name="eu-central-1").client(  # type: ignore[call-overload]  # any service
        service, aws_access_key_id="none", aws_secret_access_key="none"
    )
    return client
