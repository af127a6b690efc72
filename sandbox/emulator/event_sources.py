"""What CloudWatch and ECS tell EventBridge of, which in MiniStack tell it nothing."""

import json
import threading
from typing import Any

from sandbox.emulator.internals import internal, replace
from sandbox.emulator.service_deployments import reason_of

_TELLING = ("_complete_service_deployment", "_record_service_task_failure")
"""What of MiniStack's ECS ends a deployment, or begins to put back the one before."""

_NAMES = {"COMPLETED": "SERVICE_DEPLOYMENT_COMPLETED", "FAILED": "SERVICE_DEPLOYMENT_FAILED"}
_Deployment = dict[str, Any]
_Service = dict[str, Any]


def tell_of_alarms() -> None:
    """Send an event for every alarm that changes its state ("Alarm events and EventBridge", CloudWatch user guide).

    Of the alarm's configuration it has the description, and not the metrics.
    """

    def telling(original: Any) -> Any:
        def dispatch(alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
            original(alarm, old_state, new_state, reason)
            detail = {
                "alarmName": alarm["AlarmName"],
                "state": {"value": new_state, "reason": reason},
                "previousState": {"value": old_state},
                "configuration": {"description": alarm.get("AlarmDescription", "")},
            }
            _send("aws.cloudwatch", "CloudWatch Alarm State Change", alarm["AlarmArn"], detail)

        return dispatch

    replace("services.cloudwatch", "_dispatch_alarm_actions", telling)


def tell_of_deployments() -> None:
    """Send an event for every deployment that fails, is complete or puts back what ran before.

    As ECS does ("Amazon ECS service deployment state change events"), but for the beginning of a deployment.
    """
    told = _Told()

    def telling(original: Any) -> Any:
        def change(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            told.tell_of_changes()
            return result

        return change

    for name in _TELLING:
        replace("services.ecs", name, telling)
    actions = internal("services.ecs", "_ACTION_MAP")
    actions["StopServiceDeployment"] = telling(actions["StopServiceDeployment"])


class _Told:
    """The state of every deployment that has been told last."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}
        self._lock = threading.Lock()

    def tell_of_changes(self) -> None:
        for service in list(internal("services.ecs", "_services").values()):
            for deployment in list(service["deployments"]):
                if self._changed(deployment):
                    _send_deployment(service, deployment)

    def _changed(self, deployment: _Deployment) -> bool:
        identifier, state = deployment["id"], deployment["rolloutState"]
        with self._lock:
            before = self._states.get(identifier, "IN_PROGRESS")
            self._states[identifier] = state
        return bool(before != state)


def _send_deployment(service: _Service, deployment: _Deployment) -> None:
    newest = max(service["deployments"], key=lambda each: str(each["createdAt"]))
    state = deployment["rolloutState"]
    detail = {
        "eventType": "ERROR" if state == "FAILED" else "INFO",
        "eventName": _NAMES.get(state, "SERVICE_DEPLOYMENT_IN_PROGRESS"),
        "deploymentId": deployment["id"],
        "reason": reason_of(deployment, newest),
    }
    _send("aws.ecs", "ECS Deployment State Change", service["serviceArn"], detail)


def _send(source: str, detail_type: str, resource: str, detail: dict[str, Any]) -> None:
    entry = {"Source": source, "DetailType": detail_type, "Resources": [resource], "Detail": json.dumps(detail)}
    internal("services.eventbridge", "_put_events")({"Entries": [entry]}, allow_aws_source=True)
