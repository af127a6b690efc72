"""The secrets that an environment's tasks start with."""

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from configuration.task import Task
from slipway_constructs.services.container_secret import ContainerSecret

PARTS_OF_AN_ARN = 7
"""Of a secret, of which a key of its JSON is one more."""


class ServiceSecrets(Construct):
    """What `[environments.NAME.task.secrets]` names: nothing is looked up, and no value is read.

    Attributes:
        by_variable: what the container gets, by the name of the environment variable.
    """

    def __init__(self, scope: Construct, id: str, *, task: Task) -> None:
        """Take the secrets and parameters."""
        super().__init__(scope, id)
        self.by_variable: Mapping[str, ecs.Secret] = {
            name: self._secret(reference) for name, reference in task.secrets.items()
        }

    def _secret(self, reference: str) -> ecs.Secret:
        if reference.startswith("/"):
            arn = Stack.of(self).format_arn(service="ssm", resource=f"parameter{reference}")
            return ContainerSecret(value_from=arn, action="ssm:GetParameters", resource=arn)
        parts = reference.split(":")
        arn = ":".join(parts[:PARTS_OF_AN_ARN])
        # After the key come stage and version: empty ones are the current value's.
        value_from = ":".join([*parts, "", ""]) if parts[PARTS_OF_AN_ARN:] else arn
        return ContainerSecret(value_from=value_from, action="secretsmanager:GetSecretValue", resource=arn)
