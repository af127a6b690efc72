"""A service as AWS names it to those who operate it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from slipway_constructs.acknowledgements import acknowledge

MADE_UP = "AWS makes up the last part, an id, for each of them."
GENERATED = "CloudFormation makes up the rest of the name."
WITHOUT_TYPE = (
    "These actions only read and have no resource type, and listing tasks is bound to the cluster by its condition: "
    "AWS takes only * for them."
)


@dataclass(frozen=True)
class OperatedService:
    """Where a service is, and what the names of its things begin with.

    Attributes:
        account: of the service, like the region.
        stack_name: of the stack that has the service; its alarms, log groups and roles bear the name too.
    """

    partition: str
    account: str
    region: str
    cluster_name: str
    service_name: str
    stack_name: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in the service's account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def of_service(self, kind: str) -> str:
        """The ARN of the service, or of what ECS keeps of it, such as its deployments."""
        return self.arn("ecs", f"{kind}/{self.cluster_name}/{self.service_name}")

    @property
    def cluster_arn(self) -> str:
        """The ARN of its cluster."""
        return self.arn("ecs", f"cluster/{self.cluster_name}")

    @property
    def tasks_arn(self) -> str:
        """The ARN of any task of its cluster."""
        return self.arn("ecs", f"task/{self.cluster_name}/*")


def allow(role: iam.Role, actions: Sequence[str], resources: Sequence[str], why_wildcard: str = "") -> None:
    """Add a statement to the role.

    Args:
        why_wildcard: the fact for which cdk-nag's finding on a resource with an asterisk is accepted; omitted, no
            resource may have one.

    Raises:
        ValueError: a resource has an asterisk, and nobody says why.
    """
    if not why_wildcard and (wild := [resource for resource in resources if "*" in resource]):
        raise ValueError(f"why_wildcard must say why {wild[0]} has an asterisk")
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
    for resource in resources:
        if "*" in resource:
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{resource}]", why_wildcard)
