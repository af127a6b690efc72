"""What STS knows of credentials."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True)
class Caller:
    """Whose the credentials are."""

    account: str
    arn: str

    @property
    def name(self) -> str:
        """Who that is: the last part of the ARN."""
        return self.arn.rpartition("/")[2].rpartition(":")[2]


class Sts:
    """STS, asked in one region."""

    def __init__(self, aws: Aws) -> None:
        self._client: STSClient = aws.client("sts")

    def account(self) -> str:
        """The account that the credentials belong to."""
        return self.caller().account

    def caller(self) -> Caller:
        """Whose the credentials are."""
        identity = self._client.get_caller_identity()
        return Caller(identity["Account"], identity.get("Arn", ""))

    def may_assume(self, role_arn: str) -> bool:
        """Whether the credentials may take that role on; found out by doing so."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - takes longer than `slipway --help` may run

        try:
            self._client.assume_role(RoleArn=role_arn, RoleSessionName="slipway-doctor")
        except ClientError as error:
            if error.response["Error"]["Code"] == "AccessDenied":  # also if there is no such role
                return False
            raise
        return True
