"""Images of GitHub's registry, by way of ECR."""

from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge

PREFIX = "ghcr"
"""What the cached repositories' names begin with."""

SECRET_NAME = "ecr-pullthroughcache/slipway-ghcr"  # noqa: S105 - a name; ECR takes only names with this beginning


def cached_repository(full_name: str) -> str:
    """The name of the ECR repository in which the images of that GitHub repository are cached.

    Args:
        full_name: `OWNER/NAME` on GitHub; its registry has no upper case.
    """
    return f"{PREFIX}/{full_name.lower()}"


class GitHubImageCache(Construct):
    """A pull-through cache rule for ghcr.io: ECS pulls from ECR, which fetches what it does not have yet.

    GHCR wants credentials even for public images. Until somebody puts them into the secret no image can be pulled. It
    begins with a made-up token: ECR reads the secret when the rule is created (CreatePullThroughCacheRule, Amazon ECR
    API reference, "Errors"), and in an empty one there is nothing to be read. A deployment leaves its value alone.

    The repositories that ECR creates have immutable tags, as the others. Scanning is no setting of a creation template:
    these images are scanned if the scanning configuration of the account's registry says so.

    Attributes:
        credentials: the secret; to be filled with the keys `username` and `accessToken`.
    """

    def __init__(self, scope: Construct, id: str, *, releases_kept: int) -> None:
        """Create rule, secret and the template of the repositories.

        Args:
            releases_kept: images beyond this number expire, the oldest first.
        """
        super().__init__(scope, id)
        self.credentials = self._credentials()
        template = ecr.CfnRepositoryCreationTemplate(
            self,
            "Repositories",
            prefix=PREFIX,
            applied_for=["PULL_THROUGH_CACHE"],
            image_tag_mutability="IMMUTABLE",
            encryption_configuration=ecr.CfnRepositoryCreationTemplate.EncryptionConfigurationProperty(
                encryption_type="AES256"
            ),
            lifecycle_policy=Stack.of(self).to_json_string(_lifecycle_policy(releases_kept)),
        )
        rule = ecr.CfnPullThroughCacheRule(
            self,
            "Rule",
            ecr_repository_prefix=PREFIX,
            upstream_registry="github-container-registry",
            upstream_registry_url="ghcr.io",
            credential_arn=self.credentials.ref,
        )
        rule.add_resource_dependency(template)

    def _credentials(self) -> secretsmanager.CfnSecret:
        credentials = secretsmanager.CfnSecret(
            self,
            "Credentials",
            name=SECRET_NAME,
            description="Fill with username and accessToken of a GitHub account that may read the package.",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                secret_string_template='{"username": "to-be-filled"}',  # noqa: S106 - a name that nobody has
                generate_string_key="accessToken",
                exclude_punctuation=True,
            ),
        )
        for finding in ("AwsSolutions-SMG4", "NIST.800.53.R5-SecretsManagerRotationEnabled"):
            acknowledge(
                credentials,
                finding,
                "The token is GitHub's: nothing in AWS can issue a new one, so it cannot be rotated from here.",
            )
        for finding in ("NIST.800.53.R5-SecretsManagerUsingKMSKey", "Checkov::CKV_AWS_149"):
            acknowledge(
                credentials,
                finding,
                "A pull-through cache takes only secrets that are encrypted with the account's key aws/secretsmanager.",
            )
        return credentials


def _lifecycle_policy(releases_kept: int) -> dict[str, object]:
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": "the oldest releases",
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": releases_kept},
                "action": {"type": "expire"},
            }
        ]
    }
