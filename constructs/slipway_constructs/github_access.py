"""How GitHub's workflows reach AWS without a stored key."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct

GITHUB_ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


class GitHubProvider(Construct):
    """GitHub as an identity provider of the account.

    An account can have one provider for an issuer, and other repositories use it too: it stays when the stack goes.

    Attributes:
        provider: to be trusted by roles.
    """

    def __init__(self, scope: Construct, id: str, *, removal_policy: RemovalPolicy = RemovalPolicy.RETAIN) -> None:
        """Register GitHub's issuer.

        Args:
            removal_policy: omitted, the provider stays when the stack is deleted.
        """
        super().__init__(scope, id)
        self.provider = iam.OidcProviderNative(
            self,
            "Provider",
            url=f"https://{GITHUB_ISSUER}",
            client_ids=[AUDIENCE],
            removal_policy=removal_policy,
        )


class WorkflowRole(Construct):
    """A role for the workflows of one repository, and only for the subjects that are named.

    Attributes:
        role: without permissions; the stack grants them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        provider: iam.IOidcProvider,
        role_name: str,
        subjects: Sequence[str],
        repository_id: int | None,
        repository_owner_id: int | None,
        description: str,
        max_session_duration: Duration = Duration.hours(1),  # noqa: B008 - immutable
    ) -> None:
        """Create the role.

        Args:
            subjects: the exact `sub` claims that may assume it; a wildcard would be taken literally.
            repository_id: must be in the token; None trusts the names in the subject alone.
            repository_owner_id: likewise.
            max_session_duration: omitted, one hour, the least that IAM allows.
        """
        super().__init__(scope, id)
        claims: dict[str, object] = {"aud": AUDIENCE, "sub": list(subjects)}
        if repository_id is not None:
            claims["repository_id"] = str(repository_id)
        if repository_owner_id is not None:
            claims["repository_owner_id"] = str(repository_owner_id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=description,
            max_session_duration=max_session_duration,
            assumed_by=iam.WebIdentityPrincipal(
                provider.oidc_provider_arn,
                {"StringEquals": {f"{GITHUB_ISSUER}:{claim}": value for claim, value in claims.items()}},
            ),
        )
