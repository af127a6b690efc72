"""The secrets that an environment's tasks start with."""

from collections.abc import Mapping

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from configuration.task import Task

PARTS_OF_AN_ARN = 7
"""Of a secret, of which a key of its JSON is one more."""


class ServiceSecrets(Construct):
    """What `[environments.NAME.task.secrets]` names, imported: nothing is looked up, and no value is read.

    Attributes:
        by_variable: what the container gets, by the name of the environment variable.
    """

    def __init__(self, scope: Construct, id: str, *, task: Task) -> None:
        """Import the secrets and parameters."""
        super().__init__(scope, id)
        self.by_variable: Mapping[str, ecs.Secret] = {
            name: self._secret(name, reference) for name, reference in task.secrets.items()
        }

    def _secret(self, name: str, reference: str) -> ecs.Secret:
        if reference.startswith("/"):
            parameter = ssm.StringParameter.from_secure_string_parameter_attributes(
                self, name, parameter_name=reference
            )
            return ecs.Secret.from_ssm_parameter(parameter)
        parts = reference.split(":")
        secret = secretsmanager.Secret.from_secret_complete_arn(self, name, ":".join(parts[:PARTS_OF_AN_ARN]))
        keys = parts[PARTS_OF_AN_ARN:]
        return ecs.Secret.from_secrets_manager(secret, *keys)
