"""How a release, or the wait for one, ended."""

from dataclasses import dataclass

from operations.aws import explained
from operations.deployment.record import Rollout
from operations.diagnosis import Diagnosis, diagnose
from operations.errors import ExitCode, OperationError
from operations.gateways.cloudformation import CloudFormation
from operations.gateways.ecs import Ecs
from operations.rollout.deployed import Deployed
from operations.rollout.judge import Judgement, Verdict
from operations.rollout.timeline import Timeline, timeline


@dataclass(frozen=True)
class Outcome:
    """How it ended.

    Attributes:
        tag: that was released.
        runs: the tag that serves now; empty if that is not known.
        rollout: None if ECS never began one.
        timeline: None where AWS does not give the times for it.
        diagnosis: why it failed; None if it did not, or if nobody could be asked.
        advice: what to type next; empty if there is nothing to do.
    """

    environment: str
    tag: str
    judgement: Judgement
    runs: str = ""
    rollout: Rollout | None = None
    timeline: Timeline | None = None
    diagnosis: Diagnosis | None = None
    advice: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """Of the command."""
        code = self.judgement.verdict.value
        return ExitCode.TIMED_OUT if code is None else code  # it goes on, and nobody waits for it any more

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        rollout = self.rollout
        return {
            "environment": self.environment,
            "tag": self.tag,
            "verdict": self.judgement.verdict.name,
            "exit_code": int(self.exit_code),
            "reason": self.judgement.reason,
            "runs": self.runs,
            "rollout": rollout.as_json() if rollout else None,
            "timeline": self.timeline.as_json() if self.timeline else None,
            "diagnosis": self.diagnosis.as_json() if self.diagnosis else None,
            "advice": self.advice,
        }


def outcome(deployed: Deployed, tag: str, judgement: Judgement, rollout: Rollout | None, *, stack: bool) -> Outcome:
    """What is to be told at the end.

    Args:
        stack: whether an update of the stack was part of it.
    """
    failed = judgement.verdict in {Verdict.FAILED, Verdict.ROLLED_BACK}
    diagnosis = _diagnosis(deployed, rollout) if failed and rollout else None
    return Outcome(
        environment=deployed.environment.name,
        tag=tag,
        judgement=judgement,
        runs=_runs(rollout, judgement.verdict),
        rollout=rollout,
        timeline=_timeline(deployed, rollout, stack=stack) if rollout else None,
        diagnosis=diagnosis,
        advice=_advice(deployed, judgement.verdict, diagnosed=diagnosis is not None),
    )


def _runs(rollout: Rollout | None, verdict: Verdict) -> str:
    if rollout is None:
        return ""
    if verdict is Verdict.SUCCEEDED:
        return rollout.target.tag
    if verdict is not Verdict.ROLLED_BACK:
        return ""
    if rollout.rollback and rollout.rollback.to:
        return rollout.rollback.to.tag
    return rollout.sources[0].tag if len(rollout.sources) == 1 else ""


def _timeline(deployed: Deployed, rollout: Rollout, *, stack: bool) -> Timeline | None:
    """The timeline; a failure to get it must not take the verdict away."""
    aws = deployed.aws
    ecs, cluster, service = Ecs(aws), deployed.cluster, deployed.service
    try:
        with explained(aws):
            tasks = [*ecs.tasks(cluster, service), *ecs.tasks(cluster, service, stopped=True)]
            events = CloudFormation(aws).events(deployed.stack.name) if stack else []
    except OperationError:
        return None
    return timeline(rollout, events, tasks)


def _diagnosis(deployed: Deployed, rollout: Rollout) -> Diagnosis | None:
    """Why it failed; likewise."""
    try:
        return diagnose(deployed.aws, deployed.environment, deployed.stack.outputs, deployment_id=rollout.id)
    except OperationError:
        return None


def _advice(deployed: Deployed, verdict: Verdict, *, diagnosed: bool) -> str:
    environment = deployed.environment.name
    why = "" if diagnosed else f"Run slipway diagnose {environment} to see why."
    match verdict:
        case Verdict.FAILED:
            stuck = f"If {deployed.stack.name} is stuck, slipway doctor {environment} says what to do."
            return f"{why} {stuck}".strip()
        case Verdict.ROLLED_BACK:
            return why
        case Verdict.TIMED_OUT | Verdict.IN_PROGRESS:
            watch, abort = f"slipway watch {environment}", f"slipway abort {environment}"
            return f"It goes on without being watched: {watch} picks it up, {abort} ends it."
        case Verdict.SUPERSEDED:
            return f"Run slipway status {environment} to see what runs, slipway watch {environment} to follow it."
    return ""
