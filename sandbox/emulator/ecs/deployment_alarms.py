"""Deployments that fail because of an alarm: one that fires while tasks are replaced, or in the bake time after it.

By "How CloudWatch alarms detect Amazon ECS deployment failures". An alarm that is in ALARM when a deployment begins is
ignored as long as that deployment goes on: it may be what the deployment is to mend. MiniStack 1.5.33 looks at no
alarm.

Not modelled: the bake time that ECS works out by itself where `bakeTimeInMinutes` is not given; there it is none.
"""

from typing import Any

from sandbox.emulator import background
from sandbox.emulator.clock import scaled
from sandbox.emulator.ecs.service_deployments import carry_out, fail, is_rollback
from sandbox.emulator.ecs.services import Deployment, Service, active_services, changing, key_of, primary_of
from sandbox.emulator.internals import internal
from sandbox.emulator.monitoring.alarms import alarming
from sandbox.emulator.scope import scope_of

_INTERVAL = 0.25
_SECONDS_PER_MINUTE = 60

REASON = "alarm detected."
"""What ECS writes after "deployment failed: " into the events of the service, as public reports show it. What
DescribeServices gives as the reason of such a deployment is in none; here it is made of these words."""

_FAILED = f"ECS deployment failed: {REASON}"
_ROLLING_BACK = f"{_FAILED.removesuffix('.')}: rolling back to deploymentId {{}}."


def watch_deployment_alarms() -> None:
    """Watch the alarms of all deployments from now on."""
    background.repeat(_INTERVAL, _look)


def bake_seconds(service: Service, deployment: Deployment) -> float:
    """How long a deployment is watched after the tasks before it are gone; a rollback is not."""
    if is_rollback(service, deployment):
        return 0.0
    minutes = (service.get("deploymentConfiguration") or {}).get("bakeTimeInMinutes") or 0
    return scaled(float(minutes) * _SECONDS_PER_MINUTE)


def _look() -> None:
    for service in active_services():
        alarms = (service.get("deploymentConfiguration") or {}).get("alarms") or {}
        if alarms.get("enable"):
            with scope_of(service["serviceArn"]):
                _watch(service, alarms)


def _watch(service: Service, alarms: dict[str, Any]) -> None:
    with changing(service["serviceArn"]):
        deployment = primary_of(service)
        if deployment is None or deployment["rolloutState"] != "IN_PROGRESS" or is_rollback(service, deployment):
            return
        firing = alarming(alarms.get("alarmNames") or [])
        ignored = deployment.setdefault("_alarming_before", firing)
        if not set(firing) - set(ignored):
            return
        back = _ROLLING_BACK if alarms.get("rollback") else None
        with internal("core.concurrency", "resource_lock")("ecs-service", key_of(service)):
            fail(service, deployment, _FAILED, back, said=REASON)
    carry_out(key_of(service))
