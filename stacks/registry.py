"""The images of the service, one repository for all environments."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import Environment as CdkEnvironment
from constructs import Construct

from configuration.registry import Registry
from configuration.stack_names import REGISTRY
from slipway_constructs.registry import ImageRepository


class RegistryStack(Stack):
    """The ECR repository."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: CdkEnvironment,
        registry: Registry,
        reader_accounts: Sequence[str],
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the repository.

        Args:
            reader_accounts: other accounts whose environments pull from it.
            removal_policy: of the repository, when the stack is deleted.
        """
        super().__init__(scope, id, stack_name=REGISTRY, env=env, description="The service's images.")
        images = ImageRepository(
            self,
            "Images",
            repository_name=registry.repository,
            releases_kept=registry.releases_kept,
            reader_accounts=reader_accounts,
            removal_policy=removal_policy,
        )
        CfnOutput(self, "RepositoryUri", value=images.repository.repository_uri)
