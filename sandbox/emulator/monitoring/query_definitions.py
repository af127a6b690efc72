"""CloudWatch Logs Insights' saved queries: an API that MiniStack lacks.

On AWS a query definition is no more than what was put: stored, described and deleted.
"""

import json
import time
import uuid
from typing import Any

from sandbox.emulator.internals import internal, replace

_Definition = dict[str, Any]


def serve_query_definitions() -> None:
    """Let the emulator's Logs API answer the three operations on query definitions."""
    stored = internal("core.responses", "AccountRegionScopedDict")()
    operations = {
        "PutQueryDefinition": lambda data: _put(stored, data),
        "DescribeQueryDefinitions": lambda data: _describe(stored, data),
        "DeleteQueryDefinition": lambda data: _delete(stored, data),
    }

    def with_query_definitions(original: Any) -> Any:
        async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
            operation = operations.get(headers.get("x-amz-target", "").rpartition(".")[2])
            if operation is None:
                return await original(method, path, headers, body, query)
            return operation(json.loads(body or b"{}"))

        return handle

    def and_forget_them(original: Any) -> Any:
        def reset() -> None:
            stored.clear()
            original()

        return reset

    replace("services.cloudwatch_logs", "handle_request", with_query_definitions)
    replace("services.cloudwatch_logs", "reset", and_forget_them)


def _put(stored: dict[str, _Definition], data: dict[str, Any]) -> Any:
    identifier = data.get("queryDefinitionId") or str(uuid.uuid4())
    if "queryDefinitionId" in data and identifier not in stored:
        return _missing(identifier)
    kept = {key: value for key, value in data.items() if key != "clientToken"}
    stored[identifier] = {**kept, "queryDefinitionId": identifier, "lastModified": int(time.time() * 1000)}
    return _answer({"queryDefinitionId": identifier})


def _describe(stored: dict[str, _Definition], data: dict[str, Any]) -> Any:
    prefix = data.get("queryDefinitionNamePrefix", "")
    return _answer({"queryDefinitions": [d for d in stored.values() if d["name"].startswith(prefix)]})


def _delete(stored: dict[str, _Definition], data: dict[str, Any]) -> Any:
    if data["queryDefinitionId"] not in stored:
        return _missing(data["queryDefinitionId"])
    del stored[data["queryDefinitionId"]]
    return _answer({"success": True})


def _answer(body: dict[str, Any]) -> Any:
    return internal("core.responses", "json_response")(body)


def _missing(identifier: str) -> Any:
    message = f"No query definition {identifier}."
    return internal("core.responses", "error_response_json")("ResourceNotFoundException", message, 400)
