"""Who is called at night."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


class OperatorRole(Construct):
    """A human's role for the `slipway` verbs.

    Attributes:
        role: may take on the CDK bootstrap roles that it is given, and nothing else until it is granted more.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        trusted: iam.IPrincipal,
        mfa: bool = True,
        max_session_duration: Duration,
        bootstrap_role_arns: Sequence[str],
    ) -> None:
        """Create the role.

        Args:
            trusted: who may take it on.
            mfa: only with multi-factor authentication, which AWS never sees in the session of a role.
        """
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Runs the slipway verbs.",
            assumed_by=iam.PrincipalWithConditions(trusted, MFA) if mfa else trusted,
            max_session_duration=max_session_duration,
        )
        self.role.add_to_policy(iam.PolicyStatement(actions=["sts:AssumeRole"], resources=list(bootstrap_role_arns)))
        acknowledge_inline_policies(self.role)
