"""Why health checks fail: no connection, no answer in time, the wrong answer, or simply too early."""

import re
from collections.abc import Sequence
from datetime import datetime

from operations.diagnosis import causes
from operations.diagnosis.causes import Finding
from operations.diagnosis.evidence import Evidence
from operations.gateways.ecs_tasks import StoppedTask
from operations.gateways.elastic_load_balancing import Target
from operations.gateways.logs import LogLine

CODES = re.compile(r"codes: \[(?P<codes>[\d, ]+)\]")
UNHEALTHY = re.compile(r"is unhealthy in .* due to \(reason (?P<reason>.+?)\)\.?$")
TIMED_OUT = re.compile(r"timed out", re.IGNORECASE)
INTERNAL = re.compile(r"internal error", re.IGNORECASE)

LISTENING = re.compile(
    r"\b(?:listening|running|serving|started|bound)\b.*?"
    r"(?P<host>0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]|\[::1\]|\*):(?P<port>\d{2,5})\b",
    re.IGNORECASE,
)
"""What servers write when they accept connections: uvicorn, gunicorn, hypercorn, granian, node's, nginx' and Go's."""

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
STARTING = re.compile(r"waiting for application startup", re.IGNORECASE)
STARTED = re.compile(r"application startup complete", re.IGNORECASE)

REASONS = {
    "Target.Timeout": "Request timed out",
    "Target.FailedHealthChecks": "Health checks failed",
    "Elb.InternalError": "internal error of Elastic Load Balancing",
}
"""The words that go with a target's reason, where Elastic Load Balancing gives none (TargetHealth in its API)."""


def of_task(task: StoppedTask, evidence: Evidence) -> Finding:
    """Why ECS found that task unhealthy."""
    lines = evidence.logs.get(task.id, ())
    if early := _too_early(lines, task.started_at, evidence):
        return early
    if elsewhere := _elsewhere(lines, evidence):
        return elsewhere
    if "container health checks" in task.reason.lower():
        return causes.CONTAINER_CHECK_FAILING.about(container=evidence.container, environment=evidence.environment)
    return _of_reason(_reason_of(task, evidence), evidence)


def of_targets(targets: Sequence[Target], evidence: Evidence) -> Finding | None:
    """Why one of these targets is unhealthy; None if none is."""
    unhealthy = next((each for each in targets if each.state in {"unhealthy", "unhealthy.draining"}), None)
    if unhealthy is None:
        return None
    return _of_reason(unhealthy.description or REASONS.get(unhealthy.reason, unhealthy.reason), evidence)


def _reason_of(task: StoppedTask, evidence: Evidence) -> str:
    """What the load balancer said of that task, or else of another one of the rollout, or of a target."""
    told = [(each.text, found["reason"]) for each in evidence.events if (found := UNHEALTHY.search(each.text))]
    for name in (task.id, *(each.id for each in evidence.failed), ""):  # an older ECS does not name the task
        if reason := next((reason for text, reason in told if name in text), ""):
            return reason
    return next((each.description for each in evidence.targets if each.state.startswith("unhealthy")), "")


def _of_reason(reason: str, evidence: Evidence) -> Finding:
    group = next(iter(evidence.target_groups), None)
    path = group.health_path if group else "the health check's path"
    if codes := CODES.search(reason):
        return causes.HEALTH_PATH_FAILING.about(
            path=path,
            codes=codes["codes"].replace(",", " and"),
            wanted=group.health_codes if group else "200",
            environment=evidence.environment,
        )
    if TIMED_OUT.search(reason):
        return causes.PORT_SILENT.about(port=evidence.port, path=path, stack=evidence.stack)
    if INTERNAL.search(reason):
        return causes.AWS_AT_FAULT.about(reason=reason)
    return causes.PORT_CLOSED.about(port=evidence.port, seconds=evidence.service.grace_seconds)


def _too_early(lines: Sequence[LogLine], started_at: datetime | None, evidence: Evidence) -> Finding | None:
    """The server began to listen after the time to start was over, or had not yet when it was stopped."""
    seconds = evidence.service.grace_seconds
    finding = causes.SLOW_START.about(seconds=seconds)
    listening = next((each for each in lines if LISTENING.search(each.text)), None)
    if listening:
        late = started_at is not None and (listening.at - started_at).total_seconds() > seconds
        return finding if late else None
    still_starting = any(STARTING.search(each.text) for each in lines)
    return finding if still_starting and not any(STARTED.search(each.text) for each in lines) else None


def _elsewhere(lines: Sequence[LogLine], evidence: Evidence) -> Finding | None:
    """The server says itself that it listens where the load balancer does not look."""
    for each in lines:
        if found := LISTENING.search(each.text):
            host, port = found["host"], int(found["port"])
            if host in LOOPBACK or port != evidence.port:
                return causes.PORT_ELSEWHERE.about(address=f"{host}:{port}", port=evidence.port)
    return None
