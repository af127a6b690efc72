"""How MiniStack's CloudFormation treats the types that are added to it."""

from collections.abc import Collection
from typing import Any

from sandbox.emulator.internals import replace

_MODULE = "services.cloudformation.stacks"


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


def _also(types: Collection[str]) -> Any:
    def extended(original: Any) -> Any:
        return lambda resource_type: resource_type in types or original(resource_type)

    return extended
