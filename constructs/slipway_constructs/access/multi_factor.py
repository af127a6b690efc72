"""People who prove twice that it is them."""

from aws_cdk import aws_iam as iam


def with_multi_factor(principal: iam.IPrincipal) -> iam.PrincipalWithConditions:
    """That principal, only with multi-factor authentication, beside the conditions that it has already.

    AWS sees it in the session of a user, and never in that of a role ("Secure API access with MFA", IAM user guide).
    """
    return iam.PrincipalWithConditions(principal, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})
