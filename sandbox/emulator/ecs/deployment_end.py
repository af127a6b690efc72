"""The end of a deployment: its tasks are healthy, those before them are drained and stopped, its bake time is over.

MiniStack 1.5.33 calls a deployment complete before it stops the tasks of the one before, one after the other. On AWS it
is complete when they are gone, and that is what CloudFormation waits for.

Not modelled: that an old task is stopped as soon as a new one is healthy (here when all new ones are), early-success
criteria, and every strategy but the rolling update.
"""

import time
from typing import Any

from sandbox.emulator.ecs.deployment_alarms import bake_seconds
from sandbox.emulator.ecs.services import (
    ECS,
    Deployment,
    Service,
    Task,
    changing,
    cluster_of,
    key_of,
    primary_of,
    tasks_of,
    tell,
)
from sandbox.emulator.internals import internal, replace

_PAUSE_SECONDS = 0.2


def complete_deployments_at_their_end() -> None:
    """Let a deployment be complete when the tasks before it are gone."""
    replace(ECS, "_complete_service_deployment", _at_its_end)


def _at_its_end(original: Any) -> Any:
    def complete(cluster: str, key: str, expected_deployment_id: str | None = None) -> None:
        service = internal(ECS, "_services").get(key)
        if service is None:
            return
        if internal(ECS, "_get_docker")() is None:  # nothing runs, so there is nothing to wait for
            original(cluster, key, expected_deployment_id)
            return
        with changing(service["serviceArn"]):
            deployment = primary_of(service)
            if deployment is None or not _is_ready(service, deployment) or deployment.get("_ending"):
                return
            deployment["_ending"] = True
        end = internal("core.concurrency", "spawn_background")
        end(_end, service, deployment, original, thread_name="slipway-deployment-end")

    return complete


def _end(service: Service, deployment: Deployment, complete: Any) -> None:
    try:
        _stop_others(service, deployment)
        baked_at: float | None = None
        while _is_awaited(service, deployment):
            with changing(service["serviceArn"]):
                if _is_ready(service, deployment) and not _others(service, deployment):
                    baked_at = baked_at or time.monotonic() + bake_seconds(service, deployment)
                    if time.monotonic() >= baked_at:
                        complete(cluster_of(service), key_of(service), deployment["id"])
            if deployment["rolloutState"] == "COMPLETED":
                tell(
                    service, f"(service {service['serviceName']}) (deployment {deployment['id']}) deployment completed."
                )
                return
            time.sleep(_PAUSE_SECONDS)
    finally:
        deployment.pop("_ending", None)


def _is_awaited(service: Service, deployment: Deployment) -> bool:
    """Whether the deployment still can complete."""
    listed = internal(ECS, "_services").get(key_of(service)) is service and service["status"] == "ACTIVE"
    return listed and primary_of(service) is deployment and deployment["rolloutState"] == "IN_PROGRESS"


def _is_ready(service: Service, deployment: Deployment) -> bool:
    """Whether all tasks of the deployment run and have been found healthy."""
    tasks = [each for each in tasks_of(service) if each.get("_deployment_id") == deployment["id"]]
    stable = [each for each in tasks if each.get("lastStatus") == "RUNNING" and each.get("_startup_stable")]
    return _is_awaited(service, deployment) and len(stable) >= int(service["desiredCount"])


def _stop_others(service: Service, deployment: Deployment) -> None:
    statuses = internal(ECS, "_PRE_STOP_STATUSES")
    for task in _others(service, deployment):
        if task.get("lastStatus") in statuses:
            asked = {"task": task["taskArn"], "cluster": cluster_of(service), "reason": "Deployment completed"}
            internal(ECS, "_stop_task")(asked)


def _others(service: Service, deployment: Deployment) -> list[Task]:
    """The tasks of other deployments that have not ended."""
    tasks = [each for each in tasks_of(service) if each.get("_deployment_id") != deployment["id"]]
    return [each for each in tasks if each.get("lastStatus") != "STOPPED"]
