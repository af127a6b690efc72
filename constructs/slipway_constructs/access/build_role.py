"""Who pushes images."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge, acknowledge_inline_policies


class BuildRole(Construct):
    """May push to one ECR repository, and nothing else.

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
        repository_arn: str,
    ) -> None:
        """Create the role."""
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Pushes images of the service.",
            assumed_by=trusted,
            max_session_duration=max_session_duration,
        )
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:DescribeImages",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ],
                resources=[repository_arn],
            )
        )
        self.role.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        acknowledge(
            self.role,
            "AwsSolutions-IAM5[Resource::*]",
            "ecr:GetAuthorizationToken has no resource type: AWS takes only * for it.",
        )
        acknowledge_inline_policies(self.role)
