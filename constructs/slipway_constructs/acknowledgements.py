"""Accepting a finding of cdk-nag, with the fact that makes it safe."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding on that construct and what is below it.

    Args:
        finding: its exact id, `PACK-RULE` or `PACK-RULE[DETAIL]`; cdk-nag takes any other text and suppresses nothing.
        reason: a fact that a reviewer can check.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))
