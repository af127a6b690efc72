"""Deploying the stacks of an environment as the work tree describes them, with the image that runs there."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from os import environ
from pathlib import Path
from time import monotonic, sleep

from configuration import Configuration, Environment, stack_names
from operations.aws import Aws, connect, explained
from operations.errors import ExitCode, OperationError
from operations.gateways.cloudformation import CloudFormation, Stack
from operations.gateways.sts import Sts
from operations.rollout import first
from operations.rollout.change import IMAGE_TAG, RELEASED_BY
from operations.rollout.release import CREATION_FAILED, check_tag
from operations.rollout.signature import signature
from operations.rollout.wait import expected_minutes

INTERVAL = 10.0
"""Seconds between two looks at a stack that is not at rest."""

BUSY, REVIEWED = "_IN_PROGRESS", "REVIEW_IN_PROGRESS"
"""How the state of a stack ends that takes no update; all but that of one that has only got a first change set."""

FAILED = " failed: "
"""Between a stack's name and the reason, in the CDK CLI's line about it."""


@dataclass(frozen=True)
class Deployment:
    """What was deployed.

    Attributes:
        created: whether there was no service before.
        tag: of the image that the service was created with; empty if it kept the one that runs, or CDK has built it.
    """

    environment: str
    created: bool
    tag: str

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def deploy(
    configuration: Configuration,
    environment: Environment,
    tag: str,
    say: Callable[[str], None],
    *,
    configuration_path: Path,
    variables: Mapping[str, str] = environ,
) -> Deployment:
    """Deploy the environment's stacks; the image that runs there stays.

    What is under way in the service's stack is waited for, as long as slipway.toml lets a rollout take: a job that was
    cancelled or ran out of time leaves a rollback behind, and the next one would fail of it.

    Args:
        tag: of the image that a service is created with that does not exist yet; it may be empty otherwise.
        say: takes each line that the CDK CLI writes.
        configuration_path: the file that `app.py` reads.
        variables: of the process, which say where AWS is.

    Raises:
        OperationError: the CDK CLI fails or is not installed, the tag is needed and none, the service's stack does not
            come to rest, or AWS cannot be asked.
    """
    aws, name = connect(configuration, environment), stack_names.service(environment.name)
    stack = _at_rest(aws, environment, name, say)
    lacking = stack is None or stack.status == CREATION_FAILED
    parameters: dict[str, str] = {}
    if lacking and environment.image != "asset":
        _require_tag(environment, name, tag)
        with explained(aws):
            caller = Sts(aws).caller()
        parameters = {IMAGE_TAG: tag, RELEASED_BY: str(signature(caller.name, variables))}
    words = first.deployment(environment, configuration_path, parameters)
    say(f"It runs: {first.shown(words)}")
    told: list[str] = []
    exit_code = first.run(words, environment, variables, lambda line: _both(say, told, line))
    if exit_code:
        raise _not_deployed(environment, words, exit_code, told)
    return Deployment(environment.name, created=lacking, tag=parameters.get(IMAGE_TAG, ""))


def _require_tag(environment: Environment, stack: str, tag: str) -> None:
    if not tag:
        raise OperationError(
            f"{environment.name} has no service yet, and is not created without an image: {stack} is not deployed",
            fix=f"Push an image, and run slipway deploy {environment.name} --tag TAG with its tag.",
            exit_code=ExitCode.BAD_INPUT,
        )
    check_tag(tag)


def _at_rest(aws: Aws, environment: Environment, name: str, say: Callable[[str], None]) -> Stack | None:
    minutes, told = expected_minutes(environment), False
    deadline = monotonic() + 60 * minutes
    while True:
        with explained(aws):
            stack = CloudFormation(aws).stack(name)
        if stack is None or not stack.status.endswith(BUSY) or stack.status == REVIEWED:
            return stack
        if monotonic() > deadline:
            raise OperationError(
                f"{name} is {stack.status}, and was not at rest within {minutes} minutes; nothing was changed",
                fix=f"Run slipway watch {environment.name} to follow it, then the same again.",
                exit_code=ExitCode.REFUSED,
            )
        if not told:
            say(f"{name} is {stack.status}: waiting until it is at rest, {minutes} minutes at most")
        told = True
        sleep(INTERVAL)


def _both(say: Callable[[str], None], told: list[str], line: str) -> None:
    say(line)
    if FAILED in line:
        told.append(line.strip())


def _not_deployed(environment: Environment, words: list[str], exit_code: int, told: list[str]) -> OperationError:
    why = told[-1].lstrip("\N{CROSS MARK} ").rstrip(".") if told else f"cdk ended with exit code {exit_code}"
    return OperationError(
        f"the stacks of {environment.name} were not deployed: {why}",
        fix="CloudFormation puts a stack back that it could not update. Mend what it says, and run "
        f"{first.shown(words)}; slipway doctor {environment.name} says what to do with a stack that is stuck.",
    )
