"""The secrets of a container: what its variables are given, and what ECS says when it cannot.

MiniStack 1.5.33 gives a container a SecureString as it stores it, `ENCRYPTED:...`, and has words of its own for a
secret that is not there. The execution role's permissions are not looked at.
"""

import json
from typing import Any

from sandbox.emulator.internals import internal, replace

_RETRIED = "service call has been retried 1 time(s)"
_OF_SECRETS_MANAGER = f"unable to retrieve secret from asm: {_RETRIED}"
_OF_SYSTEMS_MANAGER = f"unable to retrieve secrets from ssm: {_RETRIED}"
_Definition = dict[str, Any]


def resolve_secrets() -> None:
    """Resolve the secrets of a container definition as ECS does, or stop the task with ECS's reason."""
    replace("services.ecs", "_resolve_container_secrets", lambda _: _resolved)


def _resolved(definition: _Definition) -> dict[str, str]:
    return {secret["name"]: _value(str(secret["valueFrom"])) for secret in definition.get("secrets") or []}


def _value(source: str) -> str:
    # An ARN of Secrets Manager has seven parts; ECS takes `:json-key:version-stage:version-id` after it.
    if source.startswith("arn:") and source.split(":")[2] == "secretsmanager":
        return _of_secrets_manager(source)
    value = internal("services.ssm", "resolve_parameter_value")(source, decrypt=True)
    if value is None:
        name = source.partition(":parameter")[2] or source
        raise _unresolved(f"{_OF_SYSTEMS_MANAGER}: invalid ssm parameters: {name}")
    return str(value)


def _of_secrets_manager(source: str) -> str:
    parts = [*source.split(":"), "", "", ""]
    arn, (key, stage, version) = ":".join(parts[:7]), parts[7:10]
    find = internal("services.secretsmanager", "resolve_secret_string")
    value = find(arn, stage or "AWSCURRENT", version or None)
    if value is None:
        missing = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
        raise _unresolved(f"{_OF_SECRETS_MANAGER}: failed to fetch secret {arn} from secrets manager: {missing}")
    return _of_key(str(value), key) if key else str(value)


def _of_key(value: str, key: str) -> str:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict) or key not in found:
        raise _unresolved(
            f"{_OF_SECRETS_MANAGER}: retrieved secret from Secrets Manager did not contain json key {key}"
        )
    return found[key] if isinstance(found[key], str) else json.dumps(found[key])


def _unresolved(message: str) -> Exception:
    error: Exception = internal("services.ecs", "_SecretResolutionError")(message)
    return error
