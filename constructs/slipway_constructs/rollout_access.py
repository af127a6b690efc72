"""What it takes to watch the rollouts of one service, and to stop one."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from slipway_constructs.acknowledgements import acknowledge

WITHOUT_RESOURCE_TYPE = (
    "ecs:DescribeTaskDefinition",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetHealth",
)
"""Actions of these that have no resource type ("Actions, resources, and condition keys for AWS services")."""


def grant_rollout_access(
    role: iam.Role,
    *,
    account: str,
    region: str,
    cluster_name: str,
    service_name: str,
    stack_name: str,
    repository_arn: str | None = None,
) -> None:
    """Let the role judge the rollouts of that service, and stop one; change it in no other way.

    Args:
        account: of the service, like the region.
        stack_name: of the stack that has the service; its alarms and log groups bear the name too.
        repository_arn: where its images are; omitted, the role cannot look for them.
    """

    def arn(service: str, resource: str) -> str:
        return f"arn:{role.stack.partition}:{service}:{region}:{account}:{resource}"

    path = f"{cluster_name}/{service_name}"
    service, ids = arn("ecs", f"service/{path}"), "AWS makes up the last part, an id, for each of them."
    _allow(role, ["ecs:DescribeServices", "ecs:ListServiceDeployments"], [service])
    # These three are asked for both resource types ("Actions, resources, and condition keys for Amazon ECS").
    _allow(
        role,
        ["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"],
        [service, arn("ecs", f"service-deployment/{path}/*")],
        ids,
    )
    _allow(role, ["ecs:DescribeServiceRevisions"], [service, arn("ecs", f"service-revision/{path}/*")], ids)
    _allow(role, ["ecs:DescribeTasks"], [arn("ecs", f"task/{cluster_name}/*")], ids)
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["ecs:ListTasks"],
            resources=["*"],
            conditions={"ArnEquals": {"ecs:cluster": arn("ecs", f"cluster/{cluster_name}")}},
        )
    )
    _allow(
        role,
        ["cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"],
        [arn("cloudformation", f"stack/{stack_name}/*")],
        ids,
    )
    generated = "CloudFormation makes up the rest of the name."
    _allow(role, ["cloudwatch:DescribeAlarms"], [arn("cloudwatch", f"alarm:{stack_name}-*")], generated)
    _allow(role, ["logs:FilterLogEvents"], [arn("logs", f"log-group:{stack_name}-*")], generated)
    if repository_arn:
        _allow(role, ["ecr:DescribeImages"], [repository_arn])
    _allow(
        role,
        list(WITHOUT_RESOURCE_TYPE),
        ["*"],
        "Describing task definitions, load balancers and target health has no resource type, and listing tasks is "
        "bound to the cluster by its condition: AWS takes only * for them.",
    )


def _allow(role: iam.Role, actions: Sequence[str], resources: Sequence[str], why_wildcard: str = "") -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
    for resource in resources:
        if "*" in resource:
            acknowledge(role, f"AwsSolutions-IAM5[Resource::{resource}]", why_wildcard)
