"""GitHub as an identity provider of the account."""

from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


class GitHubProvider(Construct):
    """GitHub's OpenID Connect provider, of which an account can have one.

    Other repositories use it too: unless told otherwise it stays when the stack goes.

    Attributes:
        arn: of the provider.
    """

    def __init__(self, scope: Construct, id: str, *, removal_policy: RemovalPolicy = RemovalPolicy.RETAIN) -> None:
        """Register GitHub's issuer.

        Args:
            removal_policy: omitted, the provider stays when the stack is deleted.
        """
        super().__init__(scope, id)
        self.arn = iam.OidcProviderNative(
            self, "Provider", url=f"https://{ISSUER}", client_ids=[AUDIENCE], removal_policy=removal_policy
        ).oidc_provider_arn


def workflow_principal(
    provider_arn: str, *, subjects: Sequence[str], claims: Mapping[str, str]
) -> iam.WebIdentityPrincipal:
    """Whoever holds a token of GitHub with one of these subjects and all of these claims.

    Args:
        subjects: the exact `sub` claims; a wildcard in one would be taken literally. At least one.
        claims: others that must have just this value, such as `repository_id`. STS evaluates actor, actor_id,
            enterprise_id, environment, job_workflow_ref, ref, repository, repository_id, repository_owner_id and
            workflow; a condition on any other claim never matches.

    Raises:
        ValueError: there are no subjects, which IAM would refuse.
    """
    if not subjects:
        raise ValueError("a workflow role needs at least one subject, got none")
    conditions = {"aud": AUDIENCE, "sub": list(subjects), **claims}
    return iam.WebIdentityPrincipal(
        provider_arn, {"StringEquals": {f"{ISSUER}:{claim}": value for claim, value in conditions.items()}}
    )
