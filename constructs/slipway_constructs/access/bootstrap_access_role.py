"""Who works through the roles of `cdk bootstrap`."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies


class BootstrapAccessRole(Construct):
    """May take on the CDK bootstrap roles that it is given, and nothing else until it is granted more.

    Whoever has CDK's deploy role can do what the CloudFormation execution role can: limit that one too
    (bootstrap/README.md). The lookup role reads nearly everything in its account but decrypts nothing.

    Attributes:
        role: the role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        description: str,
        trusted: iam.IPrincipal,
        max_session_duration: Duration,
        bootstrap_role_arns: Sequence[str],
    ) -> None:
        """Create the role.

        Args:
            description: what it is for, as IAM shows it.
            trusted: who may take it on.
        """
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=description,
            assumed_by=trusted,
            max_session_duration=max_session_duration,
        )
        self.role.add_to_policy(iam.PolicyStatement(actions=["sts:AssumeRole"], resources=list(bootstrap_role_arns)))
        acknowledge_inline_policies(self.role)
