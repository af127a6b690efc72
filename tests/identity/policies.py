"""Policies written by hand, and roles that have nothing but them."""

from collections.abc import Mapping
from typing import Any

from tests.identity.roles import Policy, Role
from tests.identity.tokens import AUDIENCE, ISSUER, Repository

PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"
OURS = Repository("example-org", 1000001, "example-service", 2000002)


def keys(**claims: str | list[str]) -> dict[str, str | list[str]]:
    """The condition keys of these claims."""
    return {f"{ISSUER}:{claim}": value for claim, value in claims.items()}


AUD = keys(aud=AUDIENCE)
CLASSIC, IMMUTABLE = (OURS.subject("environment:prod", immutable=immutable) for immutable in (False, True))
IDS = keys(repository_id="2000002", repository_owner_id="1000001")
# Whom a role to deploy prod from main should trust, and nobody else.
GOOD = {"StringEquals": AUD | IDS | keys(sub=[CLASSIC, IMMUTABLE], ref="refs/heads/main")}


def statement(condition: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A statement of a trust policy that lets GitHub's tokens in."""
    return {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    } | changes


def allow(action: str, resource: str, **changes: Any) -> dict[str, Any]:
    """A statement of a role's permissions."""
    return {"Effect": "Allow", "Action": action, "Resource": resource} | changes


def document(*statements: Policy) -> Policy:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(*trust: Policy, may: Policy | None = None, boundary: Policy | None = None) -> Role:
    """A role with these statements in its trust policy, and one each in its permissions and its boundary.

    Args:
        may: omitted, the role has no permissions.
        boundary: omitted, nothing limits the permissions.
    """
    return Role(
        name="slipway-prod-deploy",
        arn="arn:aws:iam::111111111111:role/slipway-prod-deploy",
        account="111111111111",
        region="eu-central-1",
        trust_policy=document(*trust),
        policies={"Own": document(may)} if may else {},
        managed_policies={},
        boundary={"arn:aws:iam::111111111111:policy/boundary": document(boundary)} if boundary else {},
        max_session_duration=3600,
        tags={},
    )
