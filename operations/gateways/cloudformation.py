"""What CloudFormation knows of the stacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        status: such as `UPDATE_COMPLETE`.
        reason: why, where CloudFormation says so; otherwise empty.
        parameters: name to value.
        outputs: name to value.
        updated_at: when its last operation began; None if it was never updated.
    """

    name: str
    status: str
    reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    updated_at: datetime | None = None

    @property
    def is_changing(self) -> bool:
        """Whether an operation is under way that may still be taken back."""
        return self.status.endswith("_IN_PROGRESS") and "CLEANUP" not in self.status


@dataclass(frozen=True)
class StackResource:
    """A resource of a stack.

    Attributes:
        type: such as `AWS::ECS::Service`.
        physical_id: what AWS calls it.
    """

    logical_id: str
    type: str
    physical_id: str
    status: str


@dataclass(frozen=True)
class StackEvent:
    """Something that happened to a stack or to one of its resources.

    Attributes:
        type: of the resource, such as `AWS::ECS::Service`; `AWS::CloudFormation::Stack` for the stack itself.
        status: of the resource from then on.
        reason: why, where CloudFormation says so; otherwise empty.
    """

    id: str
    at: datetime
    logical_id: str
    type: str
    status: str
    reason: str


class CloudFormation:
    """CloudFormation in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: CloudFormationClient = aws.client("cloudformation")

    def stack(self, name: str) -> Stack | None:
        """The stack of that name; None if there is none.

        Asked by its name, because a role may be allowed to describe just this one.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - takes longer than `slipway --help` may run

        try:
            return next((stack for stack in self._described(name) if stack.name == name), None)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
                return None
            raise

    def stacks(self) -> list[Stack]:
        """All stacks that have not been deleted."""
        return self._described()

    def _described(self, name: str | None = None) -> list[Stack]:
        paginator = self._client.get_paginator("describe_stacks")
        pages = paginator.paginate(StackName=name) if name else paginator.paginate()
        return [
            Stack(
                name=stack["StackName"],
                status=stack["StackStatus"],
                reason=stack.get("StackStatusReason", ""),
                parameters={each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])},
                outputs={each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])},
                updated_at=stack.get("LastUpdatedTime"),
            )
            for page in pages
            for stack in page["Stacks"]
        ]

    def resources(self, stack_name: str) -> list[StackResource]:
        """The resources of that stack."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack_name)
        return [
            StackResource(
                logical_id=resource["LogicalResourceId"],
                type=resource["ResourceType"],
                physical_id=resource.get("PhysicalResourceId", ""),
                status=resource["ResourceStatus"],
            )
            for page in pages
            for resource in page["StackResourceSummaries"]
        ]

    def events(self, stack_name: str, since: str | None = None) -> list[StackEvent]:
        """What happened to that stack, the oldest first.

        Args:
            since: only what happened after the event of that id; omitted, since the last operation began.
        """
        events: list[StackEvent] = []
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=stack_name):
            for event in page["StackEvents"]:
                if event["EventId"] == since:
                    return events[::-1]
                events.append(_event(event))
                if since is None and _begins_an_operation(events[-1], stack_name):
                    return events[::-1]
        return events[::-1]


def _event(event: "StackEventTypeDef") -> StackEvent:
    return StackEvent(
        id=event["EventId"],
        at=event["Timestamp"],
        logical_id=event.get("LogicalResourceId", ""),
        type=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=event.get("ResourceStatusReason", ""),
    )


def _begins_an_operation(event: StackEvent, stack_name: str) -> bool:
    of_the_stack = event.type == "AWS::CloudFormation::Stack" and event.logical_id == stack_name
    return of_the_stack and event.status in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}
