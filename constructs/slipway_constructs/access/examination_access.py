"""What it takes to find out, before a release, what would make it fail."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from slipway_constructs.access.operated_service import GENERATED, MADE_UP, WITHOUT_TYPE, OperatedService, allow

WITHOUT_RESOURCE_TYPE = (
    "ec2:DescribeRouteTables",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "servicequotas:GetAWSDefaultServiceQuota",
)
"""Actions of these that have no resource type ("Actions, resources, and condition keys for AWS services")."""

KEPT_OF_A_STACK_NAME = 20
"""Letters that are surely in the name of a role: of the 64 that IAM takes, CloudFormation gives 13 to an id and shares
the others between the stack's name and the logical id."""


def grant_examination_access(
    role: iam.Role,
    service: OperatedService,
    *,
    other_stack_names: Sequence[str],
    bootstrap_version_parameter: str,
    workflow_role_arns: Sequence[str],
    provider_arn: str,
    secret_arns: Sequence[str],
    topic_names: str,
) -> None:
    """Let the role look at what that service stands on; it reads no value of a secret, and changes nothing.

    Args:
        other_stack_names: of the environment, beside that of the service.
        bootstrap_version_parameter: the name of the SSM parameter in which `cdk bootstrap` says its version.
        workflow_role_arns: roles of GitHub's workflows, whose trust policies are read.
        provider_arn: of GitHub's identity provider.
        secret_arns: in Secrets Manager, of which is seen whether they exist. Whether a parameter of SSM exists is not:
            who may ask for one that AWS's own key encrypts may also decrypt it.
        topic_names: a pattern of the SNS topics of which is seen who listens.
    """
    allow(
        role,
        ["cloudformation:DescribeStacks"],
        [service.arn("cloudformation", f"stack/{name}/*") for name in other_stack_names],
        MADE_UP,
    )
    allow(role, ["ssm:GetParameter"], [service.arn("ssm", f"parameter{bootstrap_version_parameter}")])
    own_roles = f"arn:{service.partition}:iam::{service.account}:role/{service.stack_name[:KEPT_OF_A_STACK_NAME]}*"
    generated = "CloudFormation makes up the rest of the name of a role."
    allow(role, ["iam:GetRole", "iam:SimulatePrincipalPolicy"], [own_roles], generated)
    allow(role, ["iam:GetRole"], workflow_role_arns)
    allow(role, ["iam:GetOpenIDConnectProvider"], [provider_arn])
    if secret_arns:
        allow(role, ["secretsmanager:DescribeSecret"], secret_arns)
    allow(role, ["sns:ListSubscriptionsByTopic"], [service.arn("sns", topic_names)], GENERATED)
    quotas = service.arn("servicequotas", "fargate/*")
    allow(role, ["servicequotas:GetServiceQuota"], [quotas], "AWS makes up the codes of the quotas.")
    allow(role, WITHOUT_RESOURCE_TYPE, ["*"], WITHOUT_TYPE)
