"""A variable of a container that ECS reads from Secrets Manager or from SSM at the start of a task."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam


class ContainerSecret(ecs.Secret):
    """As CDK's own, but the execution role may do just what ECS does ("Amazon ECS task execution IAM role").

    CDK's `Secret` also grants the right to read earlier values of a parameter, and what is said about the secret.
    """

    def __init__(self, *, value_from: str, action: str, resource: str) -> None:
        """Take the secret as it is; nothing is looked up.

        Args:
            value_from: as the task definition names it; for a key of a secret's JSON, longer than the ARN.
            action: by which ECS reads it: `secretsmanager:GetSecretValue` or `ssm:GetParameters`.
            resource: the ARN.
        """
        super().__init__()
        self._value_from, self._action, self._resource = value_from, action, resource

    @property
    def arn(self) -> str:
        """As the task definition names it."""
        return self._value_from

    @property
    def has_field(self) -> bool:
        """Whether it is a key of a secret's JSON."""
        return self._value_from != self._resource

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let the execution role read it."""
        return iam.Grant.add_to_principal(grantee=grantee, actions=[self._action], resource_arns=[self._resource])
