"""Health checks of the tasks behind a load balancer, from their registration until they are healthy.

In MiniStack 1.5.33 every target is healthy, so a new task gets requests before it listens, and a deployment completes
although its health path never answers. Here a task gets requests once its health path has answered with an expected
code, a deployment completes once all of its tasks have, and a task that does not in time is stopped and counts as
failed. Unlike on AWS, a target is asked several times a second, one good answer is enough, a target that was healthy
is not asked again, and draining ends with the last request under way.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from sandbox.emulator.internals import internal, replace

_ALB, _ECS = "services.alb", "services.ecs"
_PAUSE_SECONDS = 0.25
_DRAINING_SECONDS = 15.0
STOPPED_REASON = "Task failed ELB health checks in"
"""How ECS begins the reason of a task that it stops because its target is unhealthy."""


_BEFORE_THE_CONTAINER = ("ServiceSchedulerInitiated", "UserInitiated")  # the task ends first, then its container


@dataclass
class _Check:
    """What the load balancer knows of one target, in the words of DescribeTargetHealth."""

    state: str = "initial"
    reason: str = "Elb.InitialHealthChecks"
    description: str = "Initial health checks in progress"


_checks: dict[tuple[str, str], _Check] = {}
"""By target group and address. A target that is not in it was registered by hand, and counts as healthy."""

_under_way: Counter[str] = Counter()
"""Requests that wait for their answer, by the address of the target."""


def check_targets() -> None:
    """Let tasks that are registered as targets be checked before they get requests."""
    replace(_ALB, "set_targets_for_group", _checked)
    replace(_ALB, "_forward_to_tg", _to_healthy_targets)
    replace(_ALB, "reset", _and_forget)
    replace(_ECS, "_record_service_task_healthy", _once_its_targets_are)
    replace(_ECS, "_cleanup_task_resources", _once_drained)
    internal(_ALB, "_ACTION_MAP")["DescribeTargetHealth"] = _describe


def _checked(original: Any) -> Any:
    def set_targets(group: str, targets: list[tuple[str, int]], previous: Iterable[str] = ()) -> Any:
        for address in set(previous) - {address for address, _ in targets}:
            _checks.pop((group, address), None)
        settings = internal(_ALB, "_tgs").get(group) or {}
        for address, port in targets:
            if (group, address) not in _checks and settings.get("Protocol") in ("HTTP", "HTTPS"):
                check = _checks[group, address] = _Check()
                threading.Thread(target=_ask, args=(check, group, address, port, settings), daemon=True).start()
        return original(group, targets, previous)

    return set_targets


def _ask(check: _Check, group: str, address: str, port: int, settings: dict[str, Any]) -> None:
    unhealthy_at = time.monotonic() + _seconds_to_unhealthy(settings)
    while _checks.get((group, address)) is check:
        complaint = _complaint(address, port, settings)
        if complaint is None:
            check.state, check.reason, check.description = "healthy", "", ""
            return
        if time.monotonic() > unhealthy_at:
            check.state, (check.reason, check.description) = "unhealthy", complaint
        time.sleep(_PAUSE_SECONDS)


def _complaint(address: str, port: int, settings: dict[str, Any]) -> tuple[str, str] | None:
    """Ask once; return the reason and the description of a failure."""
    asked = str(settings.get("HealthCheckPort", "traffic-port"))
    timeout = float(settings.get("HealthCheckTimeoutSeconds") or 5)
    connection = http.client.HTTPConnection(address, int(asked) if asked.isdecimal() else port, timeout=timeout)
    try:
        connection.request(
            "GET", settings.get("HealthCheckPath") or "/", headers={"User-Agent": "ELB-HealthChecker/2.0"}
        )
        code = connection.getresponse().status
    except TimeoutError:
        return "Target.Timeout", "Request timed out"
    except (OSError, http.client.HTTPException):
        return "Target.FailedHealthChecks", "Health checks failed"
    finally:
        connection.close()
    if _is_expected(code, settings):
        return None
    return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]"


def _is_expected(code: int, settings: dict[str, Any]) -> bool:
    matcher = settings.get("Matcher") or "200"
    codes = str(matcher.get("HttpCode", "200") if isinstance(matcher, dict) else matcher)
    ranges = (part.partition("-") for part in codes.split(","))
    return any(int(first) <= code <= int(last or first) for first, _, last in ranges)


def _to_healthy_targets(original: Any) -> Any:
    async def forward(arn: str, method: str, path: str, headers: Any, body: Any, query: Any, *raw: Any) -> Any:
        group, targets = internal(_ALB, "_tgs").get(arn), internal(_ALB, "_targets").get(arn) or []
        if not group or not targets or group.get("TargetType") != "ip":
            return await original(arn, method, path, headers, body, query, *raw)
        healthy = [target for target in targets if _of(arn, target["Id"]).state == "healthy"]
        target = random.choice(healthy or targets)  # noqa: S311  # traffic is distributed, nothing is kept secret
        _under_way[target["Id"]] += 1
        try:
            query_string, raw_path = (*raw, None, None)[:2]
            proxy = internal(_ALB, "_proxy_http_target")
            return await proxy(target, group, method, raw_path or path, headers, body, query, query_string)
        finally:
            _under_way[target["Id"]] -= 1

    return forward


def _once_its_targets_are(original: Any) -> Any:
    def record_healthy(key: str, task: dict[str, Any]) -> None:
        service = internal(_ECS, "_services").get(key)
        if service and service.get("loadBalancers"):
            internal(_ECS, "_reconcile_service_tasks")(key.partition("/")[0], key)  # the other tasks need not wait
            if not _is_healthy_in_time(service, task):
                return
        original(key, task)

    return record_healthy


def _is_healthy_in_time(service: dict[str, Any], task: dict[str, Any]) -> bool:
    """Wait for the task's targets; stop the task when one of them takes too long."""
    address = internal(_ECS, "_task_ip")(task)
    groups = [balancer["targetGroupArn"] for balancer in service["loadBalancers"] if "targetGroupArn" in balancer]
    deadline = time.monotonic() + _patience(service, groups)
    while unhealthy := [group for group in groups if _of(group, address).state != "healthy"]:
        if not internal(_ECS, "_task_is_active")(task["taskArn"], task):
            return False
        if time.monotonic() > deadline:
            _stop(service, task, unhealthy[0], _of(unhealthy[0], address))
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _patience(service: dict[str, Any], groups: list[str]) -> float:
    """Return the seconds after which ECS stops a task: the grace period, and as many failed checks as are allowed."""
    checks = [_seconds_to_unhealthy(internal(_ALB, "_tgs").get(group) or {}) for group in groups]
    return float(max(int(service.get("healthCheckGracePeriodSeconds") or 0), *checks, 0))


def _seconds_to_unhealthy(settings: dict[str, Any]) -> int:
    return int(settings.get("UnhealthyThresholdCount") or 2) * int(settings.get("HealthCheckIntervalSeconds") or 30)


def _once_drained(original: Any) -> Any:
    """Stop a container only when the requests that were on their way to it have been answered."""

    def clean_up(task: dict[str, Any], *engine: Any) -> Any:
        cluster = task["clusterArn"].rpartition("/")[2]
        service = internal(_ECS, "_services").get(f"{cluster}/{task['group'].removeprefix('service:')}") or {}
        if service.get("loadBalancers") and task.get("startedAt") and task.get("stopCode") in _BEFORE_THE_CONTAINER:
            deadline = time.monotonic() + _DRAINING_SECONDS
            time.sleep(_PAUSE_SECONDS)
            while _under_way[internal(_ECS, "_task_ip")(task)] > 0 and time.monotonic() < deadline:
                time.sleep(_PAUSE_SECONDS)
        return original(task, *engine)

    return clean_up


def _stop(service: dict[str, Any], task: dict[str, Any], group: str, check: _Check) -> None:
    identifier = task["taskArn"].rpartition("/")[2]
    message = (
        f"(service {service['serviceName']}) (task {identifier}) is unhealthy in (target-group {group}) "
        f"due to (reason {check.description})."
    )
    event = {"id": internal("core.responses", "new_uuid")(), "createdAt": internal(_ECS, "_iso")(), "message": message}
    service["events"].insert(0, event)
    reason = f"{STOPPED_REASON} (target-group {group})"
    if internal(_ECS, "_mark_task_stopped")(task["taskArn"], task, reason, "ServiceSchedulerInitiated"):
        internal(_ECS, "_record_service_task_failure")(task)
        internal(_ECS, "_cleanup_task_resources")(task, internal(_ECS, "_get_docker")())


def _of(group: str, address: str) -> _Check:
    return _checks.get((group, address)) or _Check("healthy", "", "")


def _describe(parameters: Any) -> Any:
    arn = internal(_ALB, "_p")(parameters, "TargetGroupArn")
    group = internal(_ALB, "_tgs").get(arn)
    if group is None:
        return internal(_ALB, "_error")("TargetGroupNotFound", f"Target group '{arn}' not found.")
    asked = {target["Id"] for target in internal(_ALB, "_parse_targets_param")(parameters)}
    targets = [each for each in internal(_ALB, "_targets").get(arn) or [] if not asked or each["Id"] in asked]
    shown = "".join(
        _shown(each["Id"], each.get("Port", group.get("Port", 80)), _of(arn, each["Id"])) for each in targets
    )
    answer = f"<TargetHealthDescriptions>{shown}</TargetHealthDescriptions>"
    return internal(_ALB, "_xml")(200, "DescribeTargetHealth", answer)


def _shown(address: str, port: int, check: _Check) -> str:
    why = (
        f"<Reason>{check.reason}</Reason><Description>{escape(check.description)}</Description>" if check.reason else ""
    )
    return (
        f"<member><Target><Id>{address}</Id><Port>{port}</Port></Target><HealthCheckPort>{port}</HealthCheckPort>"
        f"<TargetHealth><State>{check.state}</State>{why}</TargetHealth></member>"
    )


def _and_forget(original: Any) -> Any:
    def reset() -> None:
        _checks.clear()
        original()

    return reset
