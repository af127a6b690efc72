"""How MiniStack's CloudFormation treats the types that are added to it."""

from collections.abc import Collection
from typing import Any

from sandbox.emulator.internals import internal, replace

_MODULE = "services.cloudformation.stacks"
_UPDATING = ("CreateChangeSet", "ExecuteChangeSet", "UpdateStack")
_UNDER_REVIEW = "REVIEW_IN_PROGRESS"  # of a stack that its first change set will create


def run_on_worker_threads(types: Collection[str]) -> None:
    """Provision resources of these types on threads of their own.

    MiniStack provisions on its event loop, but for types that it lists in a function. A handler that calls the
    emulator's API from the loop waits for an answer that the loop cannot give meanwhile.
    """
    replace(_MODULE, "_runs_on_worker_thread", _also(types))


def roll_back_failed_updates(types: Collection[str]) -> None:
    """Send resources of these types back to their previous properties when their own update fails.

    MiniStack does so for custom resources and nested stacks only, and takes the update of any other type for undone
    when its handler raises. A service whose rollout failed has been changed.
    """
    replace(_MODULE, "_sends_back_failed_update", _also(types))


def refuse_updates_of_changing_stacks() -> None:
    """Let a stack that an operation changes take no second one, as on AWS; MiniStack runs both at once."""
    actions = internal("services.cloudformation.handlers", "_ACTION_HANDLERS")
    for name in _UPDATING:
        actions[name] = _refusing(actions[name])


def _refusing(original: Any) -> Any:
    def handle(parameters: Any) -> Any:
        read = internal("services.cloudformation.helpers", "_p")
        name = read(parameters, "StackName") or _stack_of_change_set(read(parameters, "ChangeSetName"))
        stacks = internal("services.cloudformation", "_stacks")
        stack = stacks.get(name) or next((each for each in stacks.values() if each.get("StackId") == name), None)
        status = str((stack or {}).get("StackStatus", ""))
        if stack and status.endswith("_IN_PROGRESS") and status != _UNDER_REVIEW:
            message = f"Stack:{stack['StackId']} is in {status} state and can not be updated."
            return internal("services.cloudformation.helpers", "_error")("ValidationError", message)
        return original(parameters)

    return handle


def _stack_of_change_set(identifier: str) -> str:
    return str((internal("services.cloudformation", "_change_sets").get(identifier) or {}).get("StackName", ""))


def _also(types: Collection[str]) -> Any:
    def extended(original: Any) -> Any:
        return lambda resource_type: resource_type in types or original(resource_type)

    return extended
