"""Who compares a pull request with what is deployed."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies


class DiffRole(Construct):
    """May take on the CDK lookup roles that it is given, which read, and nothing else.

    The lookup role reads nearly everything in its account but decrypts nothing: no job that runs a pull request's own
    code should hold this role.

    Attributes:
        role: the role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        trusted: iam.IPrincipal,
        max_session_duration: Duration,
        lookup_role_arns: Sequence[str],
    ) -> None:
        """Create the role."""
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Reads for cdk diff in pull requests.",
            assumed_by=trusted,
            max_session_duration=max_session_duration,
        )
        self.role.add_to_policy(iam.PolicyStatement(actions=["sts:AssumeRole"], resources=list(lookup_role_arns)))
        acknowledge_inline_policies(self.role)
