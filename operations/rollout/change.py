"""The one change that a release makes: another image tag in the deployed template."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from configuration import Environment
from operations.aws import Aws, assuming, explained
from operations.bootstrapped import role_arn
from operations.errors import ExitCode, OperationError
from operations.gateways.change_sets import Change, ChangeSet, ChangeSets
from operations.gateways.cloudformation import Stack

IMAGE_TAG, RELEASED_BY = "ImageTag", "ReleasedBy"
"""Parameters of the service stack (stacks/service.py)."""

RELEASED = {"AWS::ECS::TaskDefinition", "AWS::ECS::Service", "AWS::SSM::Parameter"}
"""What a release changes: the task definition, the service, and the record of the release."""

FOLLOWING = {"ResourceReference", "ResourceAttribute"}
"""Why CloudFormation lists what refers to a changed resource, too (ResourceChangeDetail, CloudFormation API)."""

INTERVAL = 1.0
"""Seconds between two looks at a change set that is not worked out yet."""

PATIENCE = 120.0
"""Seconds that CloudFormation may take to work a change set out; mostly it takes a few."""


class ReleaseChange:
    """A change set that releases one tag."""

    def __init__(self, aws: Aws, environment: Environment, stack: Stack, clock: Callable[[], float]) -> None:
        """Take on CDK's deploy role, in the sandbox as in a real account: the emulator's STS hands out keys as well.

        Raises:
            OperationError: the role cannot be taken on.
        """
        self._aws = assuming(aws, role_arn("deploy", environment), "slipway-release")
        self._change_sets = ChangeSets(self._aws, stack.name)
        self._stack, self._clock, self._environment = stack, clock, environment.name
        self.name = f"slipway-{uuid.uuid4().hex[:12]}"

    def prepare(self, tag: str, released_by: str) -> bool:
        """Have CloudFormation work the change out; say whether there is anything to change.

        Raises:
            OperationError: the change would be another than that of the image; nothing was changed.
        """
        try:
            there_is = self._prepared(tag, released_by)
        except BaseException:
            self.discard()
            raise
        if not there_is:
            self.discard()
        return there_is

    def _prepared(self, tag: str, released_by: str) -> bool:
        same = self._stack.parameters.get(IMAGE_TAG) == tag
        values = {IMAGE_TAG: tag} | ({} if same else {RELEASED_BY: released_by})
        with explained(self._aws):
            self._change_sets.create(
                self.name,
                {name: values.get(name) for name in self._stack.parameters},
                f"slipway release of {tag} by {released_by}",
            )
            change_set = self._worked_out()
        if change_set.is_empty:
            return False
        if problem := _problem(change_set):
            raise problem
        return True

    def execute(self) -> None:
        """Make the change; CloudFormation goes on by itself.

        Raises:
            OperationError: the stack has changed meanwhile, or AWS refuses: nothing was changed. Or whether it was is
                not known; then the exit code is that of a rollout that may go on.
        """
        try:
            with explained(self._aws):
                self._change_sets.execute(self.name)
        except (OperationError, KeyboardInterrupt) as error:
            if not self._was_begun(error):
                raise

    def _was_begun(self, error: BaseException) -> bool:
        """Whether it has begun all the same: the answer may have been lost, and what has begun cannot begin again."""
        try:
            with explained(self._aws):
                change_set = self._change_sets.read(self.name)
                if change_set.was_begun:
                    return True
                self._change_sets.delete(self.name)  # from now on it cannot begin any more
        except (OperationError, KeyboardInterrupt):
            raise self._unknown(error) from error
        if change_set.execution == "OBSOLETE":
            raise self._overtaken() from None
        return False

    def _unknown(self, error: BaseException) -> OperationError:
        why = error.what if isinstance(error, OperationError) else "you ended it"
        return OperationError(
            f"whether CloudFormation changes {self._stack.name} is not known: {why}",
            fix=f"Run slipway watch {self._environment}: if the release has begun, it follows it.",
            exit_code=ExitCode.TIMED_OUT,
        )

    def _overtaken(self) -> OperationError:
        return OperationError(
            f"nothing was changed: somebody else has updated {self._stack.name} meanwhile",
            fix="Run it again, if it is still to be released.",
            exit_code=ExitCode.REFUSED,
        )

    def discard(self) -> None:
        """Forget the change; if AWS does not do it either, an idle change set stays behind, which harms nothing."""
        with suppress(OperationError), explained(self._aws):
            self._change_sets.delete(self.name)

    def _worked_out(self) -> ChangeSet:
        deadline = self._clock() + PATIENCE
        while (change_set := self._change_sets.read(self.name)).status not in {"CREATE_COMPLETE", "FAILED"}:
            if self._clock() > deadline:
                raise OperationError(
                    f"CloudFormation has not worked out the change set {self.name} within {PATIENCE:.0f} s",
                    fix="Try again; nothing was changed.",
                    exit_code=ExitCode.REFUSED,
                )
            time.sleep(INTERVAL)
        return change_set


def unexpected(changes: Sequence[Change]) -> list[Change]:
    """The changes that are not those of a release.

    CloudFormation lists what refers to a changed resource as well, because it cannot know yet whether the reference
    will have another value: such an entry is harmless if all its causes are in resources that stay in their place.
    """
    kept = {each.logical_id: each for each in changes if each.type in RELEASED and each.action == "Modify"}
    harmless = {name for name, each in kept.items() if each.replacement != "True" or _may_be_replaced(each)}
    found = True
    while found:  # what refers to something that refers to the service follows, too
        following = {
            each.logical_id for each in changes if each.logical_id not in harmless and _follows(each, harmless)
        }
        harmless |= following
        found = bool(following)
    return [each for each in changes if each.logical_id not in harmless]


def _may_be_replaced(change: Change) -> bool:
    return change.type == "AWS::ECS::TaskDefinition"  # a new revision of it is the release


def _follows(change: Change, harmless: set[str]) -> bool:
    return (
        change.action == "Modify"
        and change.replacement != "True"
        and bool(change.causes)
        and all(
            cause.evaluation == "Dynamic" and cause.source in FOLLOWING and cause.entity.partition(".")[0] in harmless
            for cause in change.causes
        )
    )


def _problem(change_set: ChangeSet) -> OperationError | None:
    if change_set.status == "FAILED":
        return OperationError(
            f"CloudFormation cannot work out the change: {change_set.reason.rstrip('.')}",
            fix="Nothing was changed. Mend what it says, and try again.",
            exit_code=ExitCode.REFUSED,
        )
    if others := unexpected(change_set.changes):
        return OperationError(
            f"the release would change more than the image: {_listed(others)}",
            fix="Nothing was changed. Run npx cdk diff: somebody has changed a parameter or resource by hand; "
            "npx cdk deploy of the service stack puts it right.",
            exit_code=ExitCode.REFUSED,
        )
    return None


def _listed(changes: Sequence[Change]) -> str:
    verbs: Mapping[str, str] = {"Add": "adds", "Remove": "removes", "Import": "imports"}
    return ", ".join(
        f"it {'replaces' if each.replacement == 'True' else verbs.get(each.action, 'changes')} "
        f"{each.logical_id} ({each.type})"
        for each in changes
    )
