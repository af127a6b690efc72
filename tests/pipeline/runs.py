"""What GitHub would run of a workflow: its own parser and expression engine, asked offline.

Published are the parser (`@actions/workflow-parser`) and the engine (`@actions/expressions`); in `engine/` is what
GitHub's servers add: which events a filter lets through, in which order jobs are settled, what the status functions
look at. Matrices are not expanded: a job stands for all of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests import node
from tests.conftest import PROJECT

WORKFLOWS = PROJECT / ".github" / "workflows"
ENGINE = Path(__file__).parent / "engine" / "run.mjs"

Result = Literal["success", "failure", "cancelled", "skipped"]


class WorkflowError(Exception):
    """GitHub would not take the workflow, or the question is about something that is not modelled."""


@dataclass(frozen=True)
class Event:
    """What happens in the repository, whose default branch is main."""

    name: str
    ref: str
    base: str | None = None
    head: str | None = None
    fork: str | None = None
    action: str | None = None
    cron: str | None = None
    inputs: Mapping[str, Any] | None = None
    paths: tuple[str, ...] = ("app.py",)
    default_branch: str = "main"
    actor: str = "octocat"


def push(branch: str, *paths: str) -> Event:
    """A push to that branch; omitted, of app.py."""
    return Event("push", f"refs/heads/{branch}", paths=paths or ("app.py",))


def tag(name: str) -> Event:
    """A push of that tag."""
    return Event("push", f"refs/tags/{name}")


def pull_request(
    base: str, *, head: str = "feature", fork: str | None = None, action: str = "synchronize", paths: Iterable[str] = ()
) -> Event:
    """A pull request to that branch.

    Args:
        fork: `OWNER/NAME` of the repository that it comes from; omitted, it comes from a branch of this one.
        action: what happened to it; omitted, it got another commit.
    """
    return Event(
        "pull_request",
        "refs/pull/7/merge",
        base=base,
        head=head,
        fork=fork,
        action=action,
        paths=tuple(paths) or ("app.py",),
    )


def dispatch(branch: str = "main", **inputs: Any) -> Event:
    """Somebody starts the workflow by hand."""
    return Event("workflow_dispatch", f"refs/heads/{branch}", inputs=inputs)


def schedule(cron: str) -> Event:
    """That time of the workflow's schedule has come."""
    return Event("schedule", "refs/heads/main", cron=cron)


@dataclass(frozen=True)
class Question:
    """A workflow, an event, and how its jobs end.

    Attributes:
        results: of jobs, if they run; omitted, success.
        outputs: of jobs.
        variables: of the repository.
        cancelled: whether the whole run is, while the jobs are under way whose result is `cancelled`. A job that has
            none of these before it had ended by then.
    """

    workflow: str
    event: Event
    results: Mapping[str, Result] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    cancelled: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the engine takes it."""
        path = WORKFLOWS / self.workflow
        named = "\n" not in self.workflow
        return {
            "name": path.stem if named else "made-up",
            "content": path.read_text(encoding="utf-8") if named else self.workflow,
            "event": {key: value for key, value in vars(self.event).items() if value is not None},
            "results": self.results,
            "outputs": self.outputs,
            "vars": self.variables,
            "cancelled": self.cancelled,
        }


@dataclass(frozen=True)
class Run:
    """What becomes of it.

    Attributes:
        triggered: whether the workflow starts at all.
        jobs: the result of every job.
        needs: what every job sees of those before it.
        github: the context of that name.
        environments: of GitHub, by job that runs and asks for one.
        concurrency: the group and what else is said of it, by job that runs; that of the whole run under an empty name.
    """

    triggered: bool
    jobs: Mapping[str, Result]
    needs: Mapping[str, Mapping[str, Any]]
    github: Mapping[str, Any]
    environments: Mapping[str, str]
    concurrency: Mapping[str, Mapping[str, Any]]

    @property
    def ran(self) -> list[str]:
        """The jobs that were not skipped, in the order of the workflow."""
        return [job for job, result in self.jobs.items() if result != "skipped"]


def run(workflow: str, event: Event, **more: Any) -> Run:
    """What GitHub would do; see `Question`."""
    return run_all([Question(workflow, event, **more)])[0]


def run_all(questions: Iterable[Question]) -> list[Run]:
    """An answer to each.

    Args:
        questions: about a file of `.github/workflows`, or about text that is a workflow.

    Raises:
        WorkflowError: a workflow is none, or an expression fails.
    """
    try:
        answers = node.program(ENGINE).answers([question.as_json() for question in questions])
    except node.ProgramError as error:
        raise WorkflowError(f"the engine did not run: {error}") from None
    return [_run(answer) for answer in answers]


def _run(answer: Mapping[str, Any]) -> Run:
    if "error" in answer:
        raise WorkflowError(answer["error"])
    jobs = answer["jobs"]
    concurrency = {"": answer.get("concurrency")} | {job: each["concurrency"] for job, each in jobs.items()}
    return Run(
        triggered=answer["triggered"],
        jobs={job: each["result"] for job, each in jobs.items()},
        needs={job: each["needs"] for job, each in jobs.items()},
        github=answer["github"],
        environments={job: each["environment"] for job, each in jobs.items() if each["environment"]},
        concurrency={job: each for job, each in concurrency.items() if each},
    )
