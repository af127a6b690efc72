"""From what is known of a rollout to what is wrong with it; asks nobody."""

import re
from collections import Counter
from collections.abc import Sequence

from operations.deployment.record import State
from operations.diagnosis import causes, exits, health, reasons
from operations.diagnosis.causes import Finding
from operations.diagnosis.evidence import EXITED, HEALTH, TAKEN_BACK, Evidence
from operations.gateways.ecs_tasks import StoppedTask

LAUNCH = re.compile(r"(?:was unable to place a task|failed to launch a task)\b")
HOOK = re.compile(r"lifecycle hook", re.IGNORECASE)
FIRED = re.compile(r"\balarm", re.IGNORECASE)


def judge(evidence: Evidence) -> Finding:
    """What is wrong, and what to do about it.

    What ECS says itself goes before what is concluded, and what has happened to tasks before what is happening to
    targets.
    """
    return (
        _well(evidence)
        or _of_monitors(evidence)
        or _of_tasks(evidence.failed, evidence)
        or _of_events(evidence)
        or health.of_targets(evidence.targets, evidence)
        or _of_rollout(evidence)
    )


def _well(evidence: Evidence) -> Finding | None:
    """Of a service whose rollout has succeeded, and that has lost no task since."""
    rollout, service = evidence.rollout, evidence.service
    if rollout is not None and rollout.state is not State.SUCCESSFUL:
        return None
    ended = rollout.finished_at if rollout else None
    lost = any(ended is None or (task.stopped_at and task.stopped_at > ended) for task in evidence.failed)
    unhealthy = any(each.state.startswith("unhealthy") for each in evidence.targets)
    if lost or unhealthy or service.running < service.desired:
        return None
    if service.desired == 0:
        return causes.NO_TASKS.about(environment=evidence.environment)
    return causes.WELL.about(running=service.running, desired=service.desired)


def _of_monitors(evidence: Evidence) -> Finding | None:
    """What watches a rollout and has stopped it: alarms, and lifecycle hooks."""
    rollout = evidence.rollout
    if rollout is None:
        return None
    said = f"{evidence.reason} {rollout.reason}"
    if rollout.alarms or (rollout.state.failing and FIRED.search(said)):
        firing = [each.name for each in evidence.alarms if each.state == "ALARM"]
        names = rollout.alarms or tuple(firing) or ("that ECS does not name",)
        told = (each.reason.rstrip(".") for each in evidence.alarms if each.name in names and each.reason)
        reason = next(told, "CloudWatch does not say why")
        return causes.ALARM.about(alarm=" and ".join(names), reason=reason, environment=evidence.environment)
    if rollout.state.failing and HOOK.search(said):
        return causes.HOOK_FAILED.about(reason=evidence.reason or rollout.reason.rstrip("."))
    return None


def _of_tasks(tasks: Sequence[StoppedTask], evidence: Evidence) -> Finding | None:
    """The cause that most of these tasks have, as the newest of them shows it that has written something."""
    findings = [(task, finding) for task in tasks if (finding := of_task(task, evidence))]
    if not findings:
        return None
    counted = Counter(finding.cause for _, finding in findings)
    cause, _ = counted.most_common(1)[0]  # of several as frequent ones, the first: that of the newest task
    of_cause = [(task, finding) for task, finding in findings if finding.cause is cause]
    talkative = (finding for task, finding in of_cause if evidence.logs.get(task.id))
    return next(talkative, of_cause[0][1])


def of_task(task: StoppedTask, evidence: Evidence) -> Finding | None:
    """Why that task stopped; None if it cannot be told."""
    for text in (*(each.reason for each in task.containers), task.reason):
        if text and (finding := reasons.read(text, evidence)):
            return finding
    if HEALTH.search(task.reason):
        return health.of_task(task, evidence)
    if task.stop_code in TAKEN_BACK:
        return causes.SPOT_TAKEN_BACK.about()
    return exits.of_task(task, evidence) if task.stop_code == EXITED else None


def _of_events(evidence: Evidence) -> Finding | None:
    """Why ECS could not even begin a task."""
    for event in evidence.events:
        if LAUNCH.search(event.text) and (finding := reasons.read(event.text, evidence)):
            return finding
    return None


def _of_rollout(evidence: Evidence) -> Finding:
    """What is left to say where neither a task nor a target tells more."""
    rollout = evidence.rollout
    said = evidence.reason or next((each.text.rstrip(".") for each in evidence.events), "nothing")
    if rollout is None:
        return causes.UNKNOWN.about(reason=said)
    if rollout.state.failing and rollout.failures == 0 and not evidence.failed:
        return causes.STOPPED_BY_HAND.about(environment=evidence.environment)
    if rollout.state.failing and not evidence.failed:
        return causes.FORGOTTEN.about(reason=said, environment=evidence.environment)
    if not rollout.state.over and not evidence.failed:
        return causes.UNDER_WAY.about(environment=evidence.environment)
    return causes.UNKNOWN.about(reason=said)
