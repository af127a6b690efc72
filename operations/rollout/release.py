"""Releasing a tag: what is looked at before, the change, and the wait for the verdict."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import environ
from pathlib import Path

from configuration import Configuration, Environment, stack_names
from operations.aws import Aws, connect, explained
from operations.deployment.sources import tag_of
from operations.doctor import examine
from operations.doctor.examination import Check
from operations.doctor.examination import Outcome as Found
from operations.doctor.stacks import of_service
from operations.doctor.warnings import NOT_EMULATED
from operations.errors import ExitCode, OperationError
from operations.gateways.cloudformation import CloudFormation, Stack
from operations.gateways.ecs import Ecs, Service
from operations.gateways.sts import Sts
from operations.rollout import first
from operations.rollout.change import ReleaseChange
from operations.rollout.deployed import Deployed, gone, locate
from operations.rollout.judge import Judgement, Verdict
from operations.rollout.look import Subject, Watcher
from operations.rollout.outcome import Outcome
from operations.rollout.signature import Signature, signature
from operations.rollout.talk import Talk
from operations.rollout.wait import wait

TAG = re.compile(r"sha-[0-9a-f]{7,40}")
"""Of images (IMAGE_TAG_PATTERN in stacks/service.py)."""

CREATION_FAILED = "ROLLBACK_COMPLETE"
"""Of a stack that is only good for being deleted, which `cdk deploy` does before it creates it anew."""

KNOWN = 20
"""Rollouts that are remembered as those from before: more than can begin within a moment."""

TIDYING, TIDYING_INTERVAL, TIDYING_LOOKS = "_CLEANUP_IN_PROGRESS", 3.0, 60
"""How the state of a stack ends that takes no update yet although its last one is over.

With so many seconds between two looks, it is looked at so often: to deregister a task definition takes some seconds.
"""


@dataclass(frozen=True)
class Order:
    """What is to be released.

    Attributes:
        undoing: the tag that this release takes back; empty if it does not.
        minutes: after which the wait is over; None: as long as slipway.toml lets a rollout take.
        configuration_path: the file that the environment is created from, if it does not exist yet.
        variables: of the process that would create it.
    """

    tag: str
    undoing: str = ""
    preflight: bool = True
    minutes: float | None = None
    configuration_path: Path = Path("slipway.toml")
    variables: Mapping[str, str] = field(default_factory=lambda: environ)


def release(configuration: Configuration, environment: Environment, order: Order, talk: Talk) -> Outcome:
    """Release the tag and wait for the verdict.

    Raises:
        OperationError: it was refused before anything was changed, or AWS cannot be asked.
    """
    check_images(environment)
    check_tag(order.tag)
    aws = connect(configuration, environment)
    stack = _tidied(aws, stack_names.service(environment.name), talk)
    lacking = stack is None or stack.status == CREATION_FAILED
    if order.preflight:
        checks = examine(configuration, environment, image_tag=order.tag).checks
        of_stack = of_service(stack.name, stack, environment).name if stack else ""
        look_before([check for check in checks if not (lacking and check.name == of_stack)], talk)
    by = _signature(aws, order)
    if stack is None or lacking:
        return _create(configuration, environment, order, by, talk)
    refuse_if_failed([of_service(stack.name, stack, environment)])
    deployed = locate(configuration, environment)
    return _change(deployed, stack, order, by, talk)


def _tidied(aws: Aws, name: str, talk: Talk) -> Stack | None:
    """The stack, after CloudFormation has deleted what its last update replaced, until which it takes no other."""
    cloudformation, stack = CloudFormation(aws), None
    for looks in range(TIDYING_LOOKS):
        with explained(aws):
            stack = cloudformation.stack(name)
        if stack is None or not stack.status.endswith(TIDYING):
            break
        if looks == 0:
            talk.note(f"{name} is {stack.status}: waiting until CloudFormation has deleted what it replaced")
        if talk.interruption.wait(TIDYING_INTERVAL):
            break
    return stack


def check_images(environment: Environment) -> None:
    """See that the environment is released by tags at all.

    Raises:
        OperationError: it is not, with the exit code of bad input.
    """
    if environment.image == "asset":
        raise OperationError(
            f'{environment.name} has image = "asset": CDK builds the image, and deploying it is the release',
            fix=f"Run slipway deploy {environment.name}, with the commit checked out that is to run.",
            exit_code=ExitCode.BAD_INPUT,
        )


def check_tag(tag: str) -> None:
    """See that it can be a tag.

    Raises:
        OperationError: it cannot, with the exit code of bad input.
    """
    if not TAG.fullmatch(tag):
        raise OperationError(
            f"{tag!r} is not a tag: it must be sha- and 7 to 40 hexadecimal digits of the commit",
            fix="Run git rev-parse --short=12 HEAD to see the commit.",
            exit_code=ExitCode.BAD_INPUT,
        )


def look_before(checks: Sequence[Check], talk: Talk) -> None:
    """Say what was found that is not well.

    Raises:
        OperationError: a release would fail; nothing was changed.
    """
    for check in checks:
        if check.outcome is not Found.OK and check.fix != NOT_EMULATED.fix:  # that the sandbox differs is no news
            talk.note(f"{check.outcome}  {check.name}: {check.says}. {check.fix}".rstrip())
    refuse_if_failed(checks)


def refuse_if_failed(checks: Sequence[Check]) -> None:
    """Refuse the release if one of the checks failed.

    Raises:
        OperationError: one did; nothing was changed.
    """
    failed = [check for check in checks if check.outcome is Found.FAIL]
    if failed:
        more = f" (and {len(failed) - 1} more)" if failed[1:] else ""
        raise OperationError(
            f"refused, nothing was changed: {failed[0].says}{more}", fix=failed[0].fix, exit_code=ExitCode.REFUSED
        )


def _signature(aws: Aws, order: Order) -> Signature:
    with explained(aws):
        caller = Sts(aws).caller()
    by = signature(caller.name, order.variables)
    return by.taking_back(order.undoing) if order.undoing else by


def _create(configuration: Configuration, environment: Environment, order: Order, by: Signature, talk: Talk) -> Outcome:
    """The very first release."""
    words = first.command(environment, order.configuration_path, order.tag, by)
    talk.note(
        f"{environment.name} has no service stack yet: this first release creates every stack of it, roles included. "
        f"It runs: {first.shown(words)}"
    )
    first.create(words, environment, order.variables, talk.note)
    deployed = locate(configuration, environment)
    return wait(deployed, Watcher(deployed), Subject(tag=order.tag, with_stack=True), talk, minutes=order.minutes)


def _change(deployed: Deployed, stack: Stack, order: Order, by: Signature, talk: Talk) -> Outcome:
    watcher = Watcher(deployed)
    with explained(deployed.aws):
        known = frozenset(rollout.id for rollout in watcher.source.rollouts(KNOWN))
    with nothing_changed():
        change = ReleaseChange(deployed.aws, deployed.environment, stack, time.monotonic)
        if not change.prepare(order.tag, str(by)):
            return _already(deployed, order.tag)
        if talk.interruption.asked:
            change.discard()
            raise _ended()
        change.execute()
    talk.note(f"CloudFormation changes {stack.name}: ImageTag={order.tag}, nothing else")
    subject = Subject(tag=order.tag, known=known, with_stack=True, before=deployed.stack)
    return wait(deployed, watcher, subject, talk, minutes=order.minutes)


@contextmanager
def nothing_changed() -> Iterator[None]:
    """Let what fails here end with the exit code of a release that was refused."""
    try:
        yield
    except OperationError as error:
        if error.exit_code is ExitCode.FAILED:
            error.exit_code = ExitCode.REFUSED
        raise
    except KeyboardInterrupt:
        raise _ended() from None


def _ended() -> OperationError:
    return OperationError(
        "nothing was released: you ended it before anything was changed",
        fix="Run the same again to release it.",
        exit_code=ExitCode.REFUSED,
    )


def _already(deployed: Deployed, tag: str) -> Outcome:
    """The outcome where the stack has that tag already: a success only if that is what runs, and it is well."""
    service, runs = _running(deployed)
    environment = deployed.environment.name
    state = service.primary.rollout_state if service.primary else ""
    if runs == tag and (state != "COMPLETED" or service.running < service.desired):
        return Outcome(
            environment,
            tag,
            Judgement(
                Verdict.FAILED,
                f"it was released already, and is not well: {service.running} of {service.desired} tasks run, and its "
                f"rollout is {state}",
            ),
            runs,
            advice=f"Run slipway diagnose {environment} to see why, slipway status {environment} to see what runs.",
        )
    if runs == tag:
        return Outcome(environment, tag, Judgement(Verdict.SUCCEEDED, "it was released already, and runs"), runs)
    return Outcome(
        environment,
        tag,
        Judgement(Verdict.FAILED, f"the stack has it already, but {runs or 'something else'} runs"),
        runs,
        advice="Somebody changed the service by hand. Release another tag, then this one: CloudFormation changes only "
        "what differs from the template.",
    )


def running_tag(deployed: Deployed) -> str:
    """The tag of the image that the service runs, or is rolling out; empty if a digest names it.

    Raises:
        OperationError: the service is gone, or AWS cannot be asked.
    """
    return _running(deployed)[1]


def _running(deployed: Deployed) -> tuple[Service, str]:
    """The service, and the tag of the image that it runs."""
    ecs = Ecs(deployed.aws)
    with explained(deployed.aws):
        service = ecs.service(deployed.cluster, deployed.service)
        if service is None or service.primary is None:
            raise gone(deployed)
        return service, tag_of(ecs.image(service.primary.task_definition))
