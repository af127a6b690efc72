"""What CloudFormation knows of the stacks."""

from collections.abc import Mapping
from dataclasses import dataclass

from operations.aws import Aws


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        status: such as `UPDATE_COMPLETE`.
        reason: why, where CloudFormation says so; otherwise empty.
        parameters: name to value.
        outputs: name to value.
    """

    name: str
    status: str
    reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]


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


class CloudFormation:
    """CloudFormation in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("cloudformation", endpoint_url=aws.endpoint, config=aws.config)

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
