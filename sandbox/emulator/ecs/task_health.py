"""What ECS makes of health checks: it stops a task that fails them, starts another, and waits for one that is new.

A task is healthy when all its targets are and its containers are not otherwise. Unhealthy ones are left alone in the
service's grace period. MiniStack 1.5.33 looks at no health, and starts no task for one that a person has stopped.

Not modelled: that ECS starts the replacement of an unhealthy task before it stops that one where `maximumPercent` lets
it, that it waits longer and longer for a task that never starts ("service throttle logic"), and the replacement of
tasks of a deployment that is being replaced itself.
"""

from typing import Any

from sandbox.emulator import background
from sandbox.emulator.ecs.events import tell_of_deployments
from sandbox.emulator.ecs.services import (
    ECS,
    Service,
    Task,
    active_services,
    changing,
    cluster_of,
    is_active,
    key_of,
    primary_of,
    runs,
    seconds_since,
    service_of,
    tasks_of,
    tell,
)
from sandbox.emulator.ecs.tasks.container_health import HEALTHY, UNHEALTHY, is_checked
from sandbox.emulator.internals import internal, replace
from sandbox.emulator.load_balancing.target_health import Check, health_of
from sandbox.emulator.scope import scope_of

_INTERVAL = 0.5

FAILED_TARGET = "Task failed ELB health checks in"
FAILED_CONTAINER = "Task failed container health checks"
FAILED = (FAILED_TARGET, FAILED_CONTAINER)
"""How the reasons begin that ECS gives for tasks that it stops because they are unhealthy."""


def keep_services_healthy() -> None:
    """Act on the health of tasks from now on."""
    replace(ECS, "_record_service_task_healthy", _only_without_checks)
    replace(ECS, "_reconcile_service_tasks", _one_at_a_time)
    replace(ECS, "_record_service_task_failure", _counted_alone)
    background.repeat(_INTERVAL, _look)


def _only_without_checks(original: Any) -> Any:
    def record_healthy(key: str, task: Task, *, checked: bool = False) -> None:
        service = internal(ECS, "_services").get(key)
        if service and (checked or not (_target_groups(service) or is_checked(task))):
            original(key, task)

    return record_healthy


def _one_at_a_time(original: Any) -> Any:
    def reconcile(cluster: str, key: str) -> None:
        if service := internal(ECS, "_services").get(key):
            with changing(service["serviceArn"]):
                original(cluster, key)

    return reconcile


def _counted_alone(original: Any) -> Any:
    def record(task: Task, **how: bool) -> None:
        if service := service_of(task):
            with changing(service["serviceArn"]):
                original(task, **how)
                tell_of_deployments(service)

    return record


def _look() -> None:
    for service in active_services():
        with scope_of(service["serviceArn"]):
            for task in [each for each in tasks_of(service) if runs(each)]:
                if not _is_given_up(service, task):
                    _judge(service, task)
            _replace_missing(service)


def _is_given_up(service: Service, task: Task) -> bool:
    """Whether the task is of a deployment that another one has taken the place of because it failed."""
    deployment = internal(ECS, "_deployment_for_task")(service, task) or {}
    return deployment.get("rolloutState") == "FAILED" and deployment.get("status") != "PRIMARY"


def _judge(service: Service, task: Task) -> None:
    complaint = _complaint(service, task)
    if complaint:
        task["_startup_stable"] = False
        if seconds_since(task["startedAt"]) > int(service.get("healthCheckGracePeriodSeconds") or 0):
            _stop(service, task, *complaint)
    elif not task.get("_startup_stable") and _is_healthy(service, task):
        internal(ECS, "_record_service_task_healthy")(key_of(service), task, checked=True)
        internal(ECS, "_refresh_service_state")(cluster_of(service), task["group"])
        internal(ECS, "_complete_service_deployment")(cluster_of(service), key_of(service))


def _complaint(service: Service, task: Task) -> tuple[str, str] | None:
    """The reason to stop the task and the message for the service's events; None without one."""
    named = f"(service {service['serviceName']}) (task {task['taskArn'].rpartition('/')[2]})"
    if task.get("healthStatus") == UNHEALTHY:
        return FAILED_CONTAINER, f"{named} failed container health checks."
    for check in _checks(service, task):
        if check.state == "unhealthy":
            group = f"(target-group {check.group})"
            why = f"due to (reason {check.description})."
            return f"{FAILED_TARGET} {group}", f"{named} is unhealthy in {group} {why}"
    return None


def _is_healthy(service: Service, task: Task) -> bool:
    groups, checks, checked = _target_groups(service), _checks(service, task), is_checked(task)
    if len(checks) < len(groups) or (checked and task.get("healthStatus") != HEALTHY):
        return False
    return (checked or bool(groups)) and all(check.state == "healthy" for check in checks)


def _checks(service: Service, task: Task) -> list[Check]:
    address = internal(ECS, "_task_ip")(task)
    return [health_of(group, address) for group in _target_groups(service)] if address else []


def _target_groups(service: Service) -> list[str]:
    return [each["targetGroupArn"] for each in service.get("loadBalancers") or [] if "targetGroupArn" in each]


def _stop(service: Service, task: Task, reason: str, message: str) -> None:
    tell(service, message)
    if internal(ECS, "_mark_task_stopped")(task["taskArn"], task, reason, "ServiceSchedulerInitiated"):
        internal(ECS, "_cleanup_task_resources")(task, internal(ECS, "_get_docker")())
        internal(ECS, "_record_service_task_failure")(task)


def _replace_missing(service: Service) -> None:
    with changing(service["serviceArn"]):
        primary = primary_of(service)
        if primary is None or service["status"] != "ACTIVE":
            return
        tasks = [each for each in tasks_of(service) if each.get("_deployment_id") == primary["id"] and is_active(each)]
        if len(tasks) < int(service["desiredCount"]):
            internal(ECS, "_reconcile_service_tasks")(cluster_of(service), key_of(service))
