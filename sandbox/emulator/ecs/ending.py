"""No task is started any more once the emulator ends, or is reset: what is removed then must not be replaced.

MiniStack 1.5.33 removes the containers of its tasks first and forgets the services afterwards, if at all.
"""

import time
from typing import Any

from sandbox.emulator.ecs.services import ECS, active_services, changing
from sandbox.emulator.internals import internal, replace

_STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")
_SECONDS_TO_START = 1.0


def start_nothing_at_the_end() -> None:
    """Give the services up before their containers are removed."""
    replace(ECS, "reset", _after_giving_up)
    replace("app", "_stop_docker_containers", _twice_if_need_be)


def _after_giving_up(original: Any) -> Any:
    def reset() -> None:
        _give_up()
        original()

    return reset


def _twice_if_need_be(original: Any) -> Any:
    def stop_containers(*options: Any, **named: Any) -> None:
        starting = _give_up()
        original(*options, **named)
        if starting:  # the engine may have been asked for a container that was not there yet
            time.sleep(_SECONDS_TO_START)
            original(*options, **named)

    return stop_containers


def _give_up() -> bool:
    """Return whether a task was being started."""
    for service in active_services():
        with changing(service["serviceArn"]):
            service["status"] = "INACTIVE"
    tasks = internal(ECS, "_tasks").all_values()
    for task in tasks:
        task["_ecs_resetting"] = True
    return any(task.get("lastStatus") in _STARTING for task in tasks)
