"""Runs of the pipeline for the tests: what GitHub and the deployments say of them."""

from collections.abc import Mapping
from typing import Any

from operations.notification.record import STEPS, Record, Result, Serving, Trouble
from operations.notification.report import Report, Run, report

OLD, NEW, NEXT = "sha-0000001", "sha-0000002", "sha-0000003"
JOBS = ("plan", "test", "build", "publish", "deploy")
RUN = Run("acme/shop", "main", "0123456789ab", "octocat", "https://github.com/acme/shop/actions/runs/7/attempts/1")
URL = "https://shop.example.com"
SERVES_NEW = Serving(NEW, "COMPLETED", URL)
SERVES_OLD = Serving(OLD, "COMPLETED", URL)

SUCCEEDED: dict[str, Any] = {"verdict": "SUCCEEDED", "tag": NEW, "reason": "", "runs": NEW, "diagnosis": None}
ROLLED_BACK: dict[str, Any] = {
    "verdict": "ROLLED_BACK",
    "tag": NEW,
    "reason": "ECS deployment circuit breaker: tasks failed to start",
    "runs": OLD,
    "diagnosis": {
        "headline": "the container service exits with code 3 at its start",
        "fix": "Mend what it says, and release that.",
    },
}


def needs(environments: str = '[{"name": "prod"}]', **results: str) -> dict[str, Any]:
    """GitHub's context `needs`; jobs after one that did not succeed are skipped, as GitHub does it."""
    told: dict[str, Any] = {}
    well = True
    for job in JOBS:
        parallel = job in {"plan", "test"}
        result = results.get(job, "success" if well or parallel else "skipped")
        well = well and result == "success"
        told[job] = {"result": result, "outputs": {"environments": environments} if job == "plan" else {}}
    return told | {"stopped": {"result": results.get("stopped", "skipped"), "outputs": {}}}


def steps(stopped_at: str = "", result: Result = Result.FAILURE) -> dict[str, Result]:
    """The results of the deployment's steps, up to the one that ended it."""
    if not stopped_at:
        return dict.fromkeys(STEPS, Result.SUCCESS)
    index = STEPS.index(stopped_at)
    before = dict.fromkeys(STEPS[:index], Result.SUCCESS)
    return before | {stopped_at: result} | dict.fromkeys(STEPS[index + 1 :], Result.SKIPPED)


def record(stopped_at: str = "", *, status: Result | None = None, environment: str = "prod", **more: Any) -> Record:
    """What the deployment of an environment handed over; it succeeded unless it is said where it stopped."""
    ended = Result.FAILURE if stopped_at else Result.SUCCESS
    told: dict[str, Any] = {
        "steps": steps(stopped_at, Result.CANCELLED if status is Result.CANCELLED else Result.FAILURE),
        "release": None if stopped_at else SUCCEEDED,
        "serving": SERVES_OLD if stopped_at else SERVES_NEW,
    }
    return Record(environment, NEW, status or ended, **(told | more))


def trouble(verb: str, what: str = "it is broken", fix: str = "Mend it.") -> Trouble:
    return Trouble(verb, what, fix)


def reported(*records: Record, context: Mapping[str, Any] | None = None) -> Report:
    """The report on a run with these records; the deployments' job failed if one of them did."""
    if context is None:
        names = ", ".join(f'{{"name": "{each.environment}"}}' for each in records)
        worst = next((each.status for each in records if each.status is not Result.SUCCESS), Result.SUCCESS)
        stopped = "success" if worst is Result.CANCELLED else "skipped"
        context = needs(f"[{names}]", deploy=worst, stopped=stopped)
    return report(RUN, context, records)
