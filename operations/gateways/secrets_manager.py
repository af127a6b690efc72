"""What Secrets Manager knows of secrets."""

from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManager:
    """Secrets Manager in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: SecretsManagerClient = aws.client("secretsmanager")

    def exists(self, arn: str) -> bool:
        """Whether there is that secret, which is not about to be deleted."""
        try:
            return "DeletedDate" not in self._client.describe_secret(SecretId=arn)
        except self._client.exceptions.ResourceNotFoundException:
            return False

    def text(self, arn: str) -> str | None:
        """The secret's current value; None if it has none that is text, or there is no such secret."""
        try:
            return self._client.get_secret_value(SecretId=arn).get("SecretString")
        except self._client.exceptions.ResourceNotFoundException:
            return None
