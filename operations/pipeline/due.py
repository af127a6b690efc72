"""Whether a commit is still to be deployed, or what runs has it in it already."""

import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from configuration import Configuration, Environment, stack_names
from operations.aws import connect, explained
from operations.gateways.cloudformation import CloudFormation
from operations.rollout.deployed import locate
from operations.rollout.release import TAG, running_tag


@dataclass(frozen=True)
class Turn:
    """Whether a commit is still to be deployed.

    Attributes:
        runs: the tag that runs; empty if nothing does, or AWS does not say.
    """

    due: bool
    runs: str
    why: str

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def turn(
    configuration: Configuration,
    environment: Environment,
    commit: str,
    folder: Path,
) -> Turn:
    """Whether that commit is still to be deployed.

    Jobs of several pushes may overtake each other. A later commit has the earlier one in it: to deploy the earlier one
    after it would take the later one back, with its stacks, and nobody asked for that: who runs an old run again mostly
    wants its tests or its notifications. Git or `slipway rollback` takes a commit back.

    Args:
        folder: the work tree, with its history.

    Raises:
        OperationError: AWS cannot be asked.
    """
    runs = _runs(configuration, environment)
    if _is_older(commit, runs, folder):
        return Turn(due=False, runs=runs, why=f"{runs} runs, which is a later commit and has this one in it")
    return Turn(due=True, runs=runs, why=f"{runs} runs, which does not have it in it" if runs else "nothing runs yet")


def _runs(configuration: Configuration, environment: Environment) -> str:
    aws = connect(configuration, environment)
    with explained(aws):
        stack = CloudFormation(aws).stack(stack_names.service(environment.name))
    if stack is None or "ServiceName" not in stack.outputs:
        return ""
    return running_tag(locate(configuration, environment))


def _is_older(commit: str, runs: str, folder: Path) -> bool:
    running = runs.removeprefix("sha-")
    if not TAG.fullmatch(runs) or commit.startswith(running):
        return False
    ended = subprocess.run(
        ["git", "-C", str(folder), "merge-base", "--is-ancestor", commit, running], capture_output=True, check=False
    )
    return ended.returncode == 0  # 1: it is not; 128: the history does not have that commit, as after a forced push
