"""The IAM roles by which GitHub's workflows and operators reach AWS."""

from collections.abc import Iterable

from pydantic import Field, ValidationInfo, field_validator

from configuration.types import (
    DeployRoleName,
    OidcProviderArn,
    PolicyName,
    PrincipalArn,
    RoleName,
    Section,
)

MIN_SESSION_MINUTES, MAX_SESSION_MINUTES = 60, 720
"""What IAM takes as a role's maximum session duration: CreateRole in the IAM API reference."""


class SessionSettings(Section):
    """What all roles have in common.

    Attributes:
        session_minutes: the longest session that may be asked for.
    """

    session_minutes: int = Field(default=MIN_SESSION_MINUTES, ge=MIN_SESSION_MINUTES, le=MAX_SESSION_MINUTES)


class BuildRoleSettings(SessionSettings):
    """`[identity.build]`: pushes images."""

    role_name: RoleName = "slipway-build"


class DeployRoleSettings(SessionSettings):
    """`[identity.deploy]`: deploys one environment, whose name takes the place of `{environment}`."""

    role_name: DeployRoleName = "slipway-{environment}-deploy"

    def role_name_in(self, environment: str) -> str:
        """The name of that environment's role."""
        return self.role_name.format(environment=environment)


class DiffRoleSettings(SessionSettings):
    """`[identity.diff]`: reads for `cdk diff` in pull requests."""

    role_name: RoleName = "slipway-diff"


class DriftRoleSettings(SessionSettings):
    """`[identity.drift]`: reads for `cdk drift` on a schedule."""

    role_name: RoleName = "slipway-drift"


class OperatorRoleSettings(SessionSettings):
    """`[identity.operator]`: runs the `slipway` verbs.

    Attributes:
        principal_arn: who may take the role on.
        mfa: only after multi-factor authentication with AWS. A session of a role, such as one of IAM Identity Center,
            never has that ("Secure API access with MFA" in the IAM user guide): for a role, say false, and let the
            identity provider ask for it.
    """

    principal_arn: PrincipalArn
    mfa: bool = Field(default=True, validate_default=True)
    role_name: RoleName = "slipway-operator"

    @field_validator("mfa")
    @classmethod
    def _a_role_cannot_show_it(cls, mfa: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's signature
        if mfa and ":role/" in info.data.get("principal_arn", ""):
            raise ValueError(
                "must be false for a principal_arn that is a role: AWS sees no MFA in its sessions, so that nobody "
                "could take the operator's role on; let the identity provider ask for MFA"
            )
        return mfa


class Identity(Section):
    """`[identity]`: the roles, and what limits them.

    Attributes:
        permissions_boundary: the managed policy, of that name in every account, that every role of the app has as its
            permissions boundary; omitted, roles have none.
        existing_oidc_provider_arns: GitHub's identity provider in accounts that have it already; elsewhere it is
            created.
        operator: omitted, there is no such role.
    """

    permissions_boundary: PolicyName | None = None
    existing_oidc_provider_arns: tuple[OidcProviderArn, ...] = Field(default=(), strict=False)
    build: BuildRoleSettings = BuildRoleSettings()
    deploy: DeployRoleSettings = DeployRoleSettings()
    diff: DiffRoleSettings = DiffRoleSettings()
    drift: DriftRoleSettings = DriftRoleSettings()
    operator: OperatorRoleSettings | None = None

    def role_names(self, environments: Iterable[str]) -> dict[str, str]:
        """The names of the roles of these environments, by what each is for, such as `deploy in prod`."""
        names = {"build": self.build.role_name, "diff": self.diff.role_name, "drift": self.drift.role_name}
        if self.operator:
            names["operator"] = self.operator.role_name
        return names | {f"deploy in {each}": self.deploy.role_name_in(each) for each in environments}

    def existing_oidc_provider_arn(self, account: str) -> str | None:
        """GitHub's identity provider that the account has already; None if the app is to create it."""
        return next((arn for arn in self.existing_oidc_provider_arns if arn.split(":")[4] == account), None)
