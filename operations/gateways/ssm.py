"""What Systems Manager keeps: parameters and their history."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True)
class ParameterVersion:
    """What a parameter was at some time."""

    version: int
    value: str
    description: str
    modified_at: datetime


class Ssm:
    """Parameter Store in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: SSMClient = aws.client("ssm")

    def value(self, name: str) -> str | None:
        """The value of that parameter, encrypted if it is a SecureString; None if there is no such parameter."""
        try:
            return self._client.get_parameter(Name=name)["Parameter"]["Value"]
        except self._client.exceptions.ParameterNotFound:
            return None

    def history(self, name: str) -> list[ParameterVersion]:
        """Every version that is kept, the oldest first: the last 100; none if there is no such parameter."""
        pages = self._client.get_paginator("get_parameter_history").paginate(Name=name)
        try:
            versions = [each for page in pages for each in page["Parameters"]]
        except self._client.exceptions.ParameterNotFound:
            return []
        return sorted(
            (
                ParameterVersion(each["Version"], each["Value"], each.get("Description", ""), each["LastModifiedDate"])
                for each in versions
            ),
            key=lambda each: each.version,
        )
