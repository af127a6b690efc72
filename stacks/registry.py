"""The images of the service, one repository for all environments."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import Environment as CdkEnvironment
from constructs import Construct

from configuration.registry import Registry
from configuration.stack_names import REGISTRY, REPOSITORY_OUTPUT
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.images.github_image_cache import SECRET_NAME, GitHubImageCache
from slipway_constructs.images.registry import ImageRepository


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
        caches_github: bool,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the repository.

        Args:
            reader_accounts: other accounts whose environments pull from it.
            caches_github: whether an environment takes its images from GitHub's registry.
            removal_policy: of the repository, when the stack is deleted.
        """
        super().__init__(scope, id, stack_name=REGISTRY, env=env, description="The service's images.")
        images = ImageRepository(
            self,
            "Images",
            repository_name=registry.repository,
            releases_kept=registry.releases_kept,
            encrypted_with_own_key=registry.encryption == "kms",
            reader_accounts=reader_accounts,
            removal_policy=removal_policy,
        )
        if registry.encryption == "aes256":
            acknowledge(
                images.repository,
                "Checkov::CKV_AWS_136",
                'slipway.toml has registry.encryption = "aes256": ECR encrypts images at rest, with keys of Amazon S3.',
            )
        CfnOutput(self, REPOSITORY_OUTPUT, value=images.repository.repository_uri)
        if caches_github:
            cache = GitHubImageCache(self, "GitHubImages", releases_kept=registry.releases_kept)
            CfnOutput(
                self,
                "GitHubCredentials",
                value=cache.credentials.ref,
                description="Made up until you run: aws secretsmanager put-secret-value --secret-id "
                f"{SECRET_NAME} --secret-string file://credentials.json (username and accessToken)",
            )
