"""Changes of stacks that CloudFormation has worked out and not yet made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.literals import CapabilityType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, ResourceChangeTypeDef

CAPABILITIES: Sequence["CapabilityType"] = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
"""CloudFormation wants them confirmed for any template with roles, changed or not."""


@dataclass(frozen=True)
class Cause:
    """Why a resource would change.

    Attributes:
        evaluation: `Static` if it will, `Dynamic` if CloudFormation will only know when another resource has changed.
        source: such as `ParameterReference`, `ResourceReference` or `ResourceAttribute`; empty if it is not told.
        entity: the parameter, the resource or its attribute, such as `Service.Name`; empty likewise.
    """

    evaluation: str
    source: str
    entity: str


@dataclass(frozen=True)
class Change:
    """What would happen to one resource.

    Attributes:
        action: `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
        replacement: `True`, `False` or `Conditional`; empty if the resource does not exist yet.
    """

    action: str
    logical_id: str
    type: str
    replacement: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class ChangeSet:
    """A change set.

    Attributes:
        status: such as `CREATE_COMPLETE` or `FAILED`.
        reason: why, in CloudFormation's words.
        execution: whether it may be made, or was, such as `AVAILABLE` or `EXECUTE_COMPLETE`; `OBSOLETE` if the stack
            has changed meanwhile.
    """

    status: str
    reason: str
    changes: tuple[Change, ...]
    execution: str = ""

    @property
    def was_begun(self) -> bool:
        """Whether CloudFormation has begun to make the changes."""
        return self.execution.startswith("EXECUTE_")

    @property
    def is_empty(self) -> bool:
        """Whether CloudFormation found nothing to change, which it calls a failure."""
        words = ("didn't contain changes", "No updates are to be performed")
        return self.status == "FAILED" and any(word in self.reason for word in words)


class ChangeSets:
    """The change sets of one stack."""

    def __init__(self, aws: Aws, stack_name: str) -> None:
        self._client: CloudFormationClient = aws.client("cloudformation")
        self._stack = stack_name

    def create(self, name: str, parameters: Mapping[str, str | None], description: str) -> None:
        """Have CloudFormation work out what other values of the parameters change; the template stays.

        Args:
            parameters: all of the template; None keeps the value.
        """
        self._client.create_change_set(
            StackName=self._stack,
            ChangeSetName=name,
            ChangeSetType="UPDATE",
            Description=description,
            UsePreviousTemplate=True,
            Parameters=[_parameter(key, value) for key, value in parameters.items()],
            Capabilities=list(CAPABILITIES),
            ClientToken=name,  # the SDK asks again when an answer was lost
        )

    def read(self, name: str) -> ChangeSet:
        """The change set as far as it is worked out."""
        pages = list(
            self._client.get_paginator("describe_change_set").paginate(StackName=self._stack, ChangeSetName=name)
        )
        return ChangeSet(
            status=pages[0]["Status"],
            reason=pages[0].get("StatusReason", ""),
            execution=pages[0].get("ExecutionStatus", ""),
            changes=tuple(
                _change(change["ResourceChange"])
                for page in pages
                for change in page.get("Changes", [])
                if "ResourceChange" in change
            ),
        )

    def execute(self, name: str) -> None:
        """Make the changes; CloudFormation goes on by itself."""
        self._client.execute_change_set(StackName=self._stack, ChangeSetName=name)

    def delete(self, name: str) -> None:
        """Forget the change set."""
        self._client.delete_change_set(StackName=self._stack, ChangeSetName=name)


def _parameter(key: str, value: str | None) -> "ParameterTypeDef":
    if value is None:
        return {"ParameterKey": key, "UsePreviousValue": True}
    return {"ParameterKey": key, "ParameterValue": value}


def _change(change: "ResourceChangeTypeDef") -> Change:
    return Change(
        action=change["Action"],
        logical_id=change["LogicalResourceId"],
        type=change["ResourceType"],
        replacement=change.get("Replacement", ""),
        causes=tuple(
            Cause(each.get("Evaluation", "Static"), each.get("ChangeSource", ""), each.get("CausingEntity", ""))
            for each in change.get("Details", [])
        ),
    )
