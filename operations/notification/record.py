"""How the deployment of one environment ended: what its job hands over to the job that tells people."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

FILE = "deployment.json"
"""Of a record, in the folder of its artifact."""

STEPS = ("credentials", "due", "verify", "infrastructure", "doctor", "release", "smoke")
"""Ids of the steps in the deployment's job, in their order (.github/workflows/pipeline.yml)."""


AFTERWARDS = ("rollback", "again")
"""Ids of the steps that follow a smoke test that failed: going back, and asking the URL again."""


class Result(StrEnum):
    """Of a job or a step, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Serving:
    """What AWS said at the end.

    Attributes:
        tag: that runs; empty if AWS was not asked, or did not say.
        state: of its rollout, in ECS's words.
        problem: why it is not known.
    """

    tag: str = ""
    state: str = ""
    url: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Trouble:
    """What a verb said that could not do its work."""

    verb: str
    what: str
    fix: str


@dataclass(frozen=True)
class Record:
    """How the deployment of one environment ended.

    Attributes:
        tag: that was to be deployed.
        status: of the job, until then.
        steps: result by id.
        due: whether the commit was still to be deployed.
        release: the outcome of `slipway release`, as its JSON; None if it has none.
        rollback: of `slipway rollback`, likewise, which follows a smoke test that failed.
        abort: of `slipway abort`, likewise, which follows a cancelled job.
        troubles: in their order.
        attempt: of the run, by which the job was tried; an earlier one's record stays until the next is handed over.
    """

    environment: str
    tag: str
    status: Result
    steps: Mapping[str, Result] = field(default_factory=dict)
    due: bool = True
    release: Mapping[str, Any] | None = None
    rollback: Mapping[str, Any] | None = None
    abort: Mapping[str, Any] | None = None
    troubles: tuple[Trouble, ...] = ()
    serving: Serving = Serving()
    attempt: int = 1

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """The record of that plain data.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        return cls(
            environment=str(document["environment"]),
            tag=str(document["tag"]),
            status=Result(document["status"]),
            steps={str(name): Result(result) for name, result in document["steps"].items()},
            due=bool(document["due"]),
            release=document["release"],
            rollback=document["rollback"],
            abort=document["abort"],
            troubles=tuple(Trouble(**each) for each in document["troubles"]),
            serving=Serving(**document["serving"]),
            attempt=int(document["attempt"]),
        )

    def stopped_at(self, result: Result) -> str:
        """The first step that ended so; empty if none did."""
        return next((step for step in STEPS if self.steps.get(step) is result), "")

    def trouble_of(self, verb: str) -> Trouble | None:
        """The last that this verb said."""
        return next((each for each in reversed(self.troubles) if each.verb == verb), None)


def attempt_of(variables: Mapping[str, str]) -> int:
    """Which attempt of the run a process with these variables is part of; 1 outside of GitHub Actions."""
    number = variables.get("GITHUB_RUN_ATTEMPT", "")
    return int(number) if number.isdecimal() else 1


def results_of(steps: Mapping[str, Any]) -> dict[str, Result]:
    """The results in GitHub's context `steps`, of the steps that matter here."""
    known = {*STEPS, *AFTERWARDS}
    told = {name: step.get("outcome") for name, step in steps.items() if name in known and isinstance(step, dict)}
    return {name: Result(outcome) for name, outcome in told.items() if outcome in set(Result)}


def outcome_in(file: Path) -> Mapping[str, Any] | None:
    """The outcome that a verb has written there; None if it has not."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def troubles_in(file: Path) -> tuple[Trouble, ...]:
    """What the verbs of the job have said there, a line of JSON each; none if there is no such file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    documents = [json.loads(line) for line in lines if line]
    return tuple(Trouble(" ".join(each["verb"]), each["what"], each["fix"]) for each in documents)


def records_in(folder: Path) -> tuple[Record, ...]:
    """The records in the folders of the artifacts; what is none is left out, and its environment then has none."""
    found = []
    for file in sorted(folder.rglob(FILE)):
        try:
            found.append(Record.of(json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, KeyError, TypeError, ValueError, AttributeError):
            continue
    return tuple(found)
