"""How a run of the pipeline ended, and what serves now: a pure function of what GitHub and the deployments say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from operations.notification.deployment import judge
from operations.notification.finding import Finding, Kind, Severity
from operations.notification.record import Record, Result

STAGES = {
    "plan": ("plan", "slipway.toml does not say what this branch builds, or is for another repository."),
    "test": ("tests", "The tests of the service or of the infrastructure failed."),
    "build": ("image build", "The image was not built, or has a critical vulnerability that has a fix."),
    "publish": ("publishing", "The image was not tagged, attested, or copied to ECR."),
}
"""Jobs before the deployment: what they are called, and what it means that they failed."""

UNTOUCHED = "Nothing was deployed: what served before goes on serving."


@dataclass(frozen=True)
class Run:
    """The run, as GitHub's variables tell of it.

    Attributes:
        url: of its page; empty outside of GitHub Actions.
    """

    repository: str
    branch: str
    commit: str
    actor: str
    url: str

    @property
    def dedup_key(self) -> str:
        """The same for every run of the branch: the next success closes what a failure opened."""
        return f"slipway/{self.repository}/{self.branch}"

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
        )


@dataclass(frozen=True)
class Report:
    """How a run ended.

    Attributes:
        findings: of each stage that did not succeed, and of each environment; the worst first.
    """

    run: Run
    findings: tuple[Finding, ...]

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


def report(run: Run, needs: Mapping[str, Any], records: Sequence[Record]) -> Report:
    """How the run ended.

    Args:
        needs: GitHub's context of that name: by job, its result and outputs.
        records: what the deployments handed over.
    """
    results = {job: Result(each["result"]) for job, each in needs.items()}
    findings = [_of_stage(job, results[job]) for job in STAGES if results.get(job) in _NOT_WELL]
    findings += _of_deployments(results.get("deploy", Result.SKIPPED), _planned(needs), records, bool(findings))
    if not findings:
        findings = [Finding(Kind.BUILT, "the image", f"{run.commit} was tested and built; no environment takes it.")]
    return Report(run, tuple(sorted(findings, key=lambda each: -each.severity)))


_NOT_WELL = {Result.FAILURE, Result.CANCELLED}


def _of_stage(job: str, result: Result) -> Finding:
    name, meaning = STAGES[job]
    if result is Result.CANCELLED:
        return Finding(Kind.CANCELLED, name, "Somebody, or the time limit, ended it.", serving=UNTOUCHED)
    return Finding(Kind.FAILED, name, meaning, serving=UNTOUCHED, severity=Severity.WARNING)


def _planned(needs: Mapping[str, Any]) -> list[str]:
    """The environments that the plan named."""
    try:
        told = json.loads(needs.get("plan", {}).get("outputs", {}).get("environments") or "[]")
        return [str(each["name"]) for each in told]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _of_deployments(
    result: Result,
    planned: Sequence[str],
    records: Sequence[Record],
    stopped: bool,  # noqa: FBT001 - private
) -> list[Finding]:
    if result is Result.SKIPPED:
        if stopped or not planned:
            return []
        return [Finding(Kind.NOT_DEPLOYED, name, "Its deployment was skipped.", serving=UNTOUCHED) for name in planned]
    known = {each.environment: each for each in records}
    names = list(dict.fromkeys([*planned, *known]))
    return [judge(known[name]) if name in known else _without_record(name, result) for name in names]


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
