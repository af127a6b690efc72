"""How a run of the pipeline ended, and what serves now: a pure function of what GitHub and the deployments say."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from operations.notification.deployment import judge
from operations.notification.finding import Finding, Kind, Severity
from operations.notification.record import Record, Result, attempt_of

STAGES = {
    "plan": ("plan", "slipway.toml does not say what this branch builds, or is for another repository."),
    "test": ("tests", "The tests of the service or of the infrastructure failed."),
    "build": ("image build", "The image was not built, or has a critical vulnerability that has a fix."),
    "publish": ("publishing", "The image was not tagged, attested, or copied to ECR."),
}
"""Jobs before the deployment: what they are called, and what it means that they failed."""

STOPPED = "stopped"
"""The job that runs only in a run that somebody has cancelled. A job that the time limit ends counts as cancelled,
too, and nobody asked for that."""

UNTOUCHED = "Nothing was deployed: what served before goes on serving."


@dataclass(frozen=True)
class Run:
    """The run, as GitHub's variables tell of it.

    Attributes:
        url: of its page; empty outside of GitHub Actions.
        attempt: how often it was tried, with this time.
    """

    repository: str
    branch: str
    commit: str
    actor: str
    url: str
    attempt: int = 1

    def dedup_key(self, group: str) -> str:
        """The same for that group in every run of the branch: its next success closes what its failure opened."""
        return f"slipway/{self.repository}/{self.branch}/{group}"

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Run":
        """The run of a process with these variables."""
        server, repository = variables.get("GITHUB_SERVER_URL", ""), variables.get("GITHUB_REPOSITORY", "")
        number, attempt = variables.get("GITHUB_RUN_ID", ""), variables.get("GITHUB_RUN_ATTEMPT", "1")
        return cls(
            repository=repository or "this repository",
            branch=variables.get("GITHUB_REF_NAME", "") or "no branch",
            commit=variables.get("GITHUB_SHA", "")[:12],
            actor=variables.get("GITHUB_ACTOR", "") or "somebody",
            url=f"{server}/{repository}/actions/runs/{number}/attempts/{attempt}" if server and number else "",
            attempt=attempt_of(variables),
        )


@dataclass(frozen=True)
class Report:
    """How a run ended.

    Attributes:
        findings: of each stage that did not succeed, and of each environment; the worst first.
        built: whether every stage before the deployments has succeeded.
        newest: whether the commit is still the branch's newest; what is known of an older one closes no alert of a
            newer one.
    """

    run: Run
    findings: tuple[Finding, ...]
    built: bool = False
    newest: bool = True

    @property
    def worst(self) -> Finding:
        """What the headline tells."""
        return self.findings[0]

    @property
    def severity(self) -> Severity:
        """How much it matters to somebody who has to act."""
        return self.worst.severity

    @property
    def headline(self) -> str:
        """One line: what happened, where, and to which branch."""
        more = len([each for each in self.findings if each.severity is not Severity.OK]) - 1
        others = f" (and {more} more)" if more > 0 else ""
        return f"{self.worst.kind}: {self.worst.title} on {self.run.branch}{others}"

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "headline": self.headline,
            "severity": self.severity.name.lower(),
            "run": asdict(self.run),
            "findings": [asdict(each) | {"severity": each.severity.name.lower()} for each in self.findings],
        }


def report(run: Run, needs: Mapping[str, Any], records: Sequence[Record], refused: Collection[str] = ()) -> Report:
    """How the run ended.

    Args:
        needs: GitHub's context of that name: by job, its result and outputs.
        records: what the deployments handed over.
        refused: environments of GitHub that somebody has not let it deploy to.
    """
    results = {job: Result(each["result"]) for job, each in needs.items()}
    stopped = results.get(STOPPED) is Result.SUCCESS
    findings = [_of_stage(job, results[job]) for job in STAGES if results.get(job) in _NOT_WELL]
    built = not findings and all(results.get(job) is Result.SUCCESS for job in ("plan", "test"))
    deploy, planned = results.get("deploy", Result.SKIPPED), _planned(needs)
    if deploy is Result.SKIPPED:
        findings += _not_deployed([] if findings else list(planned), "Its deployment was skipped.")
    else:
        recorded = {each.environment for each in records}
        held = [name for name, place in planned.items() if place in refused and name not in recorded]
        findings += _not_deployed(held, "Somebody has refused to approve it.")
        going = [name for name in planned if name not in held]
        findings += _of_deployments(run, deploy, going, records, explained=bool(held))
    if not findings:
        text = f"{run.commit} was tested and built; no environment takes it."
        findings = [Finding(Kind.BUILT, "the image", text, before=True)]
    findings = findings if stopped else [_of_time_limit(each) for each in findings]
    return Report(run, tuple(sorted(findings, key=lambda each: -each.severity)), built)


_NOT_WELL = {Result.FAILURE, Result.CANCELLED}


def _of_stage(job: str, result: Result) -> Finding:
    name, meaning = STAGES[job]
    if result is Result.CANCELLED:
        return Finding(Kind.CANCELLED, name, "Somebody, or the time limit, ended it.", serving=UNTOUCHED, before=True)
    return Finding(Kind.FAILED, name, meaning, serving=UNTOUCHED, severity=Severity.WARNING, before=True)


def _planned(needs: Mapping[str, Any]) -> dict[str, str]:
    """The environments that the plan named, each with GitHub's."""
    try:
        told = json.loads(needs.get("plan", {}).get("outputs", {}).get("environments") or "[]")
        return {str(each["name"]): str(each.get("github_environment", each["name"])) for each in told}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _of_time_limit(told: Finding) -> Finding:
    """The finding in a run that nobody has cancelled: somebody has to see why it took so long."""
    if told.kind is not Kind.CANCELLED:
        return told
    text = told.text.replace("Somebody, or the time limit, ended it.", "The time limit ended it.")
    return replace(
        told,
        text=text if text != told.text else f"{text} Nobody has cancelled the run: the time limit ended it.",
        fix=told.fix or "See in the log of the job what took so long.",
        severity=max(told.severity, Severity.WARNING),
    )


def _not_deployed(names: Sequence[str], why: str) -> list[Finding]:
    return [Finding(Kind.NOT_DEPLOYED, name, why, serving=UNTOUCHED) for name in names]


def _of_deployments(
    run: Run, result: Result, planned: Sequence[str], records: Sequence[Record], *, explained: bool
) -> list[Finding]:
    """Of each environment, by its record, as far as that agrees with how GitHub says that the jobs ended.

    Only what failed is tried again, so that a success of an earlier attempt counts, and its failure says nothing of
    this one. Where some job did not succeed, and every record says that all is well, one of them is not of its last
    job.
    """
    known = {each.environment: each for each in records if each.attempt == run.attempt or judge(each).well}
    found = [
        judge(known[name]) if name in known else _without_record(name, result)
        for name in dict.fromkeys([*planned, *(each.environment for each in records)])
    ]
    if result is Result.SUCCESS or explained or not all(each.well for each in found):
        return found
    earlier = {name for name, each in known.items() if each.attempt != run.attempt}
    return [_contradicted(each) if each.title in (earlier or known) else each for each in found]


def _contradicted(told: Finding) -> Finding:
    return Finding(
        Kind.UNKNOWN,
        told.title,
        "A job of the deployments did not succeed, and what is recorded says that all is well.",
        f"See the job, and slipway status {told.title}.",
        f"What serves is not known; slipway status {told.title} tells.",
        severity=Severity.CRITICAL,
    )


def _without_record(name: str, result: Result) -> Finding:
    """Of an environment whose job handed nothing over: mostly it was not let begin."""
    fix = "See the job: whether GitHub's protection rules of the environment refused it, or its runner was lost."
    unknown = f"What serves is not known; slipway status {name} tells."
    match result:
        case Result.CANCELLED:
            return Finding(Kind.CANCELLED, name, "Its deployment was ended before it began.", fix, unknown)
        case Result.SUCCESS:
            text = "Its deployment succeeded, but left no record."
            return Finding(Kind.UNKNOWN, name, text, "See the job.", unknown, severity=Severity.WARNING)
    text = "Its deployment ended before it could say how."
    return Finding(Kind.FAILED, name, text, fix, unknown, severity=Severity.ERROR)
