"""Accepting a finding of cdk-nag or checkov, with the fact that makes it safe."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding on that construct and what is below it.

    It is noted in the assembly's metadata and leaves the template as it is.

    Args:
        finding: its exact id: `PACK-RULE` or `PACK-RULE[DETAIL]` of cdk-nag, `Checkov::RULE` of checkov. Any other text
            is taken, and suppresses nothing.
        reason: a fact that a reviewer can check.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def acknowledge_inline_policies(construct: IConstruct) -> None:
    """Accept that the roles at that construct and below have inline policies, as CDK's grants make them."""
    acknowledge(
        construct,
        "NIST.800.53.R5-IAMNoInlinePolicy",
        "The policy is one role's own: inline it cannot be attached to another, and goes when the role goes.",
    )


def acknowledge_custom_resource_function(provider: IConstruct) -> None:
    """Accept how CDK's function behind a custom resource runs.

    Args:
        provider: the construct that has the function.
    """
    for finding, reason in {
        "Checkov::CKV_AWS_115": "Only CloudFormation calls the function, once for a change of its resource; a reserved "
        "concurrency would be taken from the account's other functions.",
        "Checkov::CKV_AWS_116": "CloudFormation waits for the function's answer and fails the deployment without one: "
        "no call is lost that a dead-letter queue would keep.",
        "Checkov::CKV_AWS_117": "The function calls an API of AWS, and nothing that is in a VPC.",
    }.items():
        acknowledge(provider, finding, reason)
