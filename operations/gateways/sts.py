"""What STS knows of credentials."""

from dataclasses import dataclass

from operations.aws import Aws


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
        self._client = aws.session.client("sts", endpoint_url=aws.endpoint, config=aws.config)

    def account(self) -> str:
        """The account that the credentials belong to."""
        return self.caller().account

    def caller(self) -> Caller:
        """Whose the credentials are."""
        identity = self._client.get_caller_identity()
        return Caller(identity["Account"], identity.get("Arn", ""))
