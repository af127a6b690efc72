"""How the deployment of one environment ended, by its record."""

from collections.abc import Mapping
from typing import Any

from operations.notification.finding import Finding, Kind, Severity
from operations.notification.record import Record, Result, Serving, Trouble

MEANINGS = {
    "credentials": "AWS did not let the job take on the deploy role",
    "due": "it could not be seen what runs",
    "verify": "the image is not known to come from this pipeline",
    "infrastructure": "the stacks were not deployed",
    "doctor": "the examination found what a release would fail on",
    "release": "the release failed",
    "smoke": "the public URL does not serve it",
}
"""Steps of the deployment's job: what it means that they failed."""

VERBS = {
    "credentials": "credentials",
    "due": "pipeline",
    "verify": "pipeline",
    "infrastructure": "deploy",
    "doctor": "doctor",
    "release": "release",
    "smoke": "smoke",
}

GOES_ON = {"TIMED_OUT", "IN_PROGRESS"}
"""Verdicts on a rollout that nobody waits for any more (operations.rollout.judge.Verdict)."""

AT_REST = "COMPLETED"
"""Of a rollout that is over and well, in ECS's words."""


def judge(record: Record) -> Finding:
    """What is to be told of it. A rollback is never called a success."""
    if record.status is Result.CANCELLED:
        return _cancelled(record)
    if not record.due:
        return Finding(
            Kind.NOT_DEPLOYED,
            record.environment,
            f"{record.tag} is older than what runs, which has it in it.",
            serving=serving(record),
            url=record.serving.url,
        )
    failed = record.stopped_at(Result.FAILURE)
    if not failed and record.status is Result.SUCCESS:
        return _deployed(record)
    if failed == "smoke":
        return _unreachable(record)
    if failed == "release" and record.release:
        return _not_released(record, record.release)
    return _stopped(record, failed)


def serving(record: Record, outcome: Mapping[str, Any] | None = None) -> str:
    """What serves now, in a sentence.

    Args:
        outcome: of what was done last; what it says of it is surer than what was seen later.
    """
    seen: Serving = record.serving
    if outcome and outcome.get("runs"):
        return f"{outcome['runs']} serves."
    if seen.problem:
        return f"What serves is not known: {seen.problem}."
    if not seen.tag:
        return "What serves is not known."
    return f"{seen.tag} serves." if seen.state == AT_REST else f"ECS rolls out {seen.tag}: its state is {seen.state}."


def _deployed(record: Record) -> Finding:
    reason = str((record.release or {}).get("reason") or "")
    text = f"{record.tag} serves, and answers at its URL." if not reason else f"{record.tag}: {reason}."
    return Finding(
        Kind.DEPLOYED, record.environment, text, serving=serving(record, record.release), url=record.serving.url
    )


def _not_released(record: Record, outcome: Mapping[str, Any]) -> Finding:
    verdict, why = str(outcome.get("verdict")), _why(outcome)
    advice = str(outcome.get("advice") or "")
    fix = _fix(outcome) or advice
    told, severity, kind = "failed, and nothing was put back", Severity.CRITICAL, Kind.FAILED
    if verdict == "ROLLED_BACK":
        told, severity, kind = "did not work, and was rolled back", Severity.ERROR, Kind.ROLLED_BACK
    elif verdict == "SUPERSEDED":
        told, severity, kind = "was replaced by another release", Severity.ERROR, Kind.FAILED
    elif verdict in GOES_ON:
        told, severity, kind = "goes on without being watched", Severity.CRITICAL, Kind.UNKNOWN
    return Finding(
        kind,
        record.environment,
        f"{record.tag} {told}{why}",
        fix=fix,
        serving=serving(record, outcome),
        url=record.serving.url,
        severity=severity,
    )


def _unreachable(record: Record) -> Finding:
    trouble = next((each for each in record.troubles if each.verb == "smoke"), None)  # the second is of what was before
    why = f": {trouble.what}." if trouble else "."
    if _went_back(record):
        back = record.rollback
        if record.steps.get("again") is not Result.SUCCESS:
            return _still_unreachable(record, why)
        return Finding(
            Kind.ROLLED_BACK,
            record.environment,
            f"{record.tag} was released, but {MEANINGS['smoke']}{why}",
            fix=trouble.fix if trouble else "",
            serving=serving(record, back),
            url=record.serving.url,
            severity=Severity.ERROR,
        )
    refused = record.trouble_of("rollback")
    return Finding(
        Kind.FAILED,
        record.environment,
        f"{record.tag} was released, but {MEANINGS['smoke']}{why} It was not rolled back"
        + (f": {refused.what}." if refused else "."),
        fix=refused.fix if refused else f"Run slipway rollback {record.environment} to go back.",
        serving=serving(record),
        url=record.serving.url,
        severity=Severity.CRITICAL,
    )


def _went_back(record: Record) -> bool:
    return bool(record.rollback) and (record.rollback or {}).get("verdict") in {"SUCCEEDED", "ROLLED_BACK"}


def _still_unreachable(record: Record, why: str) -> Finding:
    """Of a release that was taken back, which did not help: the image was not, or not alone, to blame."""
    asked = record.steps.get("again") is Result.FAILURE
    trouble = record.trouble_of("smoke")
    told = "and the public URL serves nothing still" if asked else "and nobody has asked the public URL again"
    then = f": {trouble.what}" if asked and trouble else ""
    return Finding(
        Kind.FAILED,
        record.environment,
        f"{record.tag} was released, but {MEANINGS['smoke']}{why} It was rolled back, {told}{then}. The stacks of its "
        "commit remain.",
        fix=trouble.fix if trouble else f"Run slipway smoke {record.environment}.",
        serving=serving(record, record.rollback),
        url=record.serving.url,
        severity=Severity.CRITICAL,
    )


def _stopped(record: Record, step: str) -> Finding:
    trouble: Trouble | None = record.trouble_of(VERBS[step]) if step else None
    meaning = MEANINGS.get(step, "its job failed")
    return Finding(
        Kind.FAILED,
        record.environment,
        f"{record.tag or 'The commit'} was not released: {meaning}" + (f": {trouble.what}." if trouble else "."),
        fix=trouble.fix if trouble else _look_at(record, step),
        serving=serving(record),
        url=record.serving.url,
        severity=Severity.ERROR,
    )


def _look_at(record: Record, step: str) -> str:
    if step == "doctor":
        return f"Run slipway doctor {record.environment} --tag {record.tag}: each FAIL has its fix below it."
    return "The log of the step says why."


def _cancelled(record: Record) -> Finding:
    if record.steps.get("smoke") is Result.FAILURE:
        return _cancelled_while_unreachable(record)
    # Who looks at what is under way may see an earlier rollout, if this one had not begun.
    own = record.abort and record.abort.get("tag") == record.tag
    outcome = record.abort if own else record.release
    verdict = str(outcome.get("verdict")) if outcome else ""
    told, severity = "was ended before anything was released", Severity.OK
    if verdict == "ROLLED_BACK":
        told = "was ended, and its rollout was taken back"
    elif verdict == "SUCCEEDED":
        told, severity = "was ended after it had been released", Severity.WARNING
    elif verdict or record.steps.get("infrastructure") not in {None, Result.SKIPPED}:
        told, severity = "was ended in the middle", Severity.CRITICAL
        if record.steps.get("infrastructure") is Result.CANCELLED:
            told = "was ended while its stacks were deployed; CloudFormation goes on with the one that it was at"
    return Finding(
        Kind.CANCELLED,
        record.environment,
        f"The deployment of {record.tag} {told}.",
        fix=f"Run slipway status {record.environment} to see how it stands." if severity else "",
        serving=serving(record, outcome),
        url=record.serving.url,
        severity=severity,
    )


def _cancelled_while_unreachable(record: Record) -> Finding:
    """Of a deployment that was ended after its smoke test had failed, while it went back."""
    went_back = _went_back(record)
    told = (
        "it was rolled back, and nobody has asked the URL again" if went_back else "it is not known to be rolled back"
    )
    return Finding(
        Kind.CANCELLED,
        record.environment,
        f"The deployment of {record.tag} was ended after {MEANINGS['smoke']}: {told}.",
        fix=f"Run slipway watch {record.environment}, and slipway smoke {record.environment} after it.",
        serving=serving(record, record.rollback if went_back else None),
        url=record.serving.url,
        severity=Severity.CRITICAL,
    )


def _why(outcome: Mapping[str, Any]) -> str:
    """The cause by the diagnosis, else by ECS."""
    diagnosis = outcome.get("diagnosis")
    told = str((diagnosis or {}).get("headline") or outcome.get("reason") or "").rstrip(".")
    return f": {told}." if told else "."


def _fix(outcome: Mapping[str, Any]) -> str:
    return str((outcome.get("diagnosis") or {}).get("fix") or "")
