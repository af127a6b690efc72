"""What STS knows of credentials."""

from operations.aws import Aws


class Sts:
    """STS, asked in one region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("sts", endpoint_url=aws.endpoint, config=aws.config)

    def account(self) -> str:
        """The account that the credentials belong to."""
        return self._client.get_caller_identity()["Account"]
