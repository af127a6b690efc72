"""The events that ECS sends to EventBridge, in the shapes of "Amazon ECS events" in its developer guide.

ECS Deployment State Change (SERVICE_DEPLOYMENT_IN_PROGRESS, _COMPLETED, _FAILED), ECS Service Action
(SERVICE_STEADY_STATE, SERVICE_TASK_START_IMPAIRED) and ECS Task State Change. MiniStack 1.5.33 sends none.

Not modelled: every other service action, and the states that a task goes through within a quarter of a second.
"""

import threading
from typing import Any

from sandbox.emulator import background, event_bus
from sandbox.emulator.ecs.services import ECS, Deployment, Service, active_services, tasks_of, tell
from sandbox.emulator.internals import internal
from sandbox.emulator.scope import scope_of

_INTERVAL = 0.25
_FAILURES_IN_A_ROW = 3
_WARNED = "warned"
_EVENT_OF = {
    "FAILED": "SERVICE_DEPLOYMENT_FAILED",
    "IN_PROGRESS": "SERVICE_DEPLOYMENT_IN_PROGRESS",
    "COMPLETED": "SERVICE_DEPLOYMENT_COMPLETED",
}
"""By the state of a deployment; of several at once the first is told first."""


class _Seen:
    """What was told already, by the ARN or the id of what it is about; forgotten with it."""

    def __init__(self) -> None:
        self._last: dict[str, Any] = {}
        self._named: set[str] = set()

    def is_new(self, name: str, state: Any) -> bool:
        """Whether this is another state than before."""
        self._named.add(name)
        if self._last.get(name) == state:
            return False
        self._last[name] = state
        return True

    def before(self, name: str) -> Any:
        """The state that was told last; None if none was."""
        return self._last.get(name)

    def round_is_over(self) -> None:
        """Forget what nobody asked about since the last round."""
        self._last = {name: state for name, state in self._last.items() if name in self._named}
        self._named = set()


_seen = _Seen()
_telling = threading.RLock()


def send_events() -> None:
    """Send events from now on."""
    background.repeat(_INTERVAL, _look)


def tell_of_deployments(service: Service) -> None:
    """Send the events of the service's deployments now: their states may not last. Needs the service's scope."""
    with _telling:
        _look_at_deployments(service)


def _look() -> None:
    with _telling:
        _look_at_all()


def _look_at_all() -> None:
    for service in active_services():
        with scope_of(service["serviceArn"]):
            _look_at_deployments(service)
            _look_at_steadiness(service)
    for task in internal(ECS, "_tasks").all_values():
        if _seen.is_new(task["taskArn"], (task.get("lastStatus"), task.get("desiredStatus"), task.get("healthStatus"))):
            with scope_of(task["taskArn"]):
                detail = internal(ECS, "_sanitize")(task)
                event_bus.send("aws.ecs", "ECS Task State Change", [task["taskArn"]], detail)
    _seen.round_is_over()


def _look_at_deployments(service: Service) -> None:
    told = internal(ECS, "_sanitize")(service)["deployments"]
    for state in _EVENT_OF:
        for deployment in [each for each in told if each["rolloutState"] == state]:
            before = _seen.before(deployment["id"])
            if _seen.is_new(deployment["id"], state):
                if before is None and state == "COMPLETED":  # it took no time
                    _send_deployment(service, {**deployment, "rolloutState": "IN_PROGRESS"})
                _send_deployment(service, deployment)
    for deployment in service["deployments"]:
        if int(deployment.get("failedTasks") or 0) >= _FAILURES_IN_A_ROW and _seen.is_new(
            f"{deployment['id']} fails", _WARNED
        ):
            tell(service, f"(service {service['serviceName']}) is unable to consistently start tasks successfully.")
            _send_action(service, "WARN", "SERVICE_TASK_START_IMPAIRED")


def _send_deployment(service: Service, deployment: Deployment) -> None:
    state, identifier = deployment["rolloutState"], deployment["id"]
    in_progress = f"ECS deployment {identifier} in progress."
    reason = deployment.get("rolloutStateReason") or in_progress
    detail = {
        "eventType": "ERROR" if state == "FAILED" else "INFO",
        "eventName": _EVENT_OF[state],
        "deploymentId": identifier,
        "updatedAt": deployment["updatedAt"],
        "reason": in_progress if state == "IN_PROGRESS" and "completed" in reason else reason,
    }
    event_bus.send("aws.ecs", "ECS Deployment State Change", [service["serviceArn"]], detail)


def _look_at_steadiness(service: Service) -> None:
    """Tell when the service has come to have all its tasks, healthy, and no deployment under way."""
    stable = [each for each in tasks_of(service) if each.get("lastStatus") == "RUNNING" and each.get("_startup_stable")]
    completed = all(each["rolloutState"] != "IN_PROGRESS" for each in service["deployments"])
    steady = completed and len(stable) == int(service["desiredCount"])
    if _seen.is_new(service["serviceArn"], steady) and steady:
        tell(service, f"(service {service['serviceName']}) has reached a steady state.")
        _send_action(service, "INFO", "SERVICE_STEADY_STATE")


def _send_action(service: Service, kind: str, name: str) -> None:
    now = internal(ECS, "_iso")()
    detail = {"eventType": kind, "eventName": name, "clusterArn": service["clusterArn"], "createdAt": now}
    event_bus.send("aws.ecs", "ECS Service Action", [service["serviceArn"]], detail)
