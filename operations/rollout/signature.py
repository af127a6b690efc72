"""Who released, as the record of a release says it in one line."""

import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

LONGEST = 200
"""Characters that the stack's parameter `ReleasedBy` takes (stacks/service.py)."""

PREFIX = "released by "
"""What the stack puts before it in the description of the record."""

_LINE = re.compile(
    r"(?P<name>.*?)(?: rolling back (?P<undone>\S+))?(?: (?P<run>https?://\S+))?(?: #(?P<mark>[0-9a-f]{8}))?"
)


@dataclass(frozen=True)
class Signature:
    """Who released.

    Attributes:
        name: of the person or of the GitHub account; `unknown` if a deployment did not say.
        run: the URL of the GitHub Actions run; empty outside of one.
        undone: the tag that this release takes back; empty if it does not.
        mark: of just this release. Where the same mark comes a second time, CloudFormation has put the record back.
    """

    name: str
    run: str = ""
    undone: str = ""
    mark: str = ""

    def __str__(self) -> str:
        parts = [self.name, f"rolling back {self.undone}" if self.undone else "", self.run]
        text = " ".join(part for part in parts if part)
        mark = f" #{self.mark}" if self.mark else ""
        return text[: LONGEST - len(mark)] + mark

    def taking_back(self, tag: str) -> "Signature":
        """The same one's, of a release that takes that tag back."""
        return replace(self, undone=tag)


def signature(caller: str, variables: Mapping[str, str] = os.environ) -> Signature:
    """The signature of whoever runs this.

    Args:
        caller: the name that the credentials bear, for people; GitHub Actions says who started the run.
        variables: of the process.
    """
    actor = variables.get("GITHUB_ACTOR", "")
    return Signature(actor or caller or "unknown", _run(variables) if actor else "", mark=uuid.uuid4().hex[:8])


def parse(description: str) -> Signature:
    """The signature in the description of a record."""
    match = _LINE.fullmatch(description.removeprefix(PREFIX))
    assert match  # noqa: S101 - every part but the first is optional, and that one may be anything
    return Signature(
        match["name"] or "unknown", run=match["run"] or "", undone=match["undone"] or "", mark=match["mark"] or ""
    )


def _run(variables: Mapping[str, str]) -> str:
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (variables.get(name, "") for name in names)
    if not (server and repository and run):
        return ""
    attempt = variables.get("GITHUB_RUN_ATTEMPT", "")
    return f"{server}/{repository}/actions/runs/{run}" + (f"/attempts/{attempt}" if attempt else "")
