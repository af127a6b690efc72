"""What it takes to watch the rollouts of one service, to explain them, and to stop one."""

from aws_cdk import aws_iam as iam

from slipway_constructs.access.operated_service import GENERATED, MADE_UP, WITHOUT_TYPE, OperatedService, allow

WITHOUT_RESOURCE_TYPE = (
    "ecs:DescribeTaskDefinition",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
"""Actions of these that have no resource type ("Actions, resources, and condition keys for AWS services")."""


def grant_rollout_access(
    role: iam.Role,
    service: OperatedService,
    *,
    repository_arn: str | None = None,
    release_parameter: str | None = None,
) -> None:
    """Let the role judge the rollouts of that service, and stop one; change it in no other way.

    Args:
        repository_arn: where its images are; omitted, the role cannot look into them.
        release_parameter: the name of the SSM parameter whose history is that of the releases; omitted, the role cannot
            read any.
    """
    arn = service.of_service("service")
    allow(role, ["ecs:DescribeServices", "ecs:ListServiceDeployments"], [arn])
    # These three are asked for both resource types ("Actions, resources, and condition keys for Amazon ECS").
    allow(
        role,
        ["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"],
        [arn, f"{service.of_service('service-deployment')}/*"],
        MADE_UP,
    )
    allow(role, ["ecs:DescribeServiceRevisions"], [arn, f"{service.of_service('service-revision')}/*"], MADE_UP)
    allow(role, ["ecs:DescribeTasks"], [service.tasks_arn], MADE_UP)
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["ecs:ListTasks"], resources=["*"], conditions={"ArnEquals": {"ecs:cluster": service.cluster_arn}}
        )
    )
    _allow_what_tells_of_the_stack(role, service)
    if repository_arn:
        images = ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"]
        allow(role, images, [repository_arn])
    if release_parameter:
        allow(role, ["ssm:GetParameterHistory"], [service.arn("ssm", f"parameter{release_parameter}")])
    allow(role, WITHOUT_RESOURCE_TYPE, ["*"], WITHOUT_TYPE)


def _allow_what_tells_of_the_stack(role: iam.Role, service: OperatedService) -> None:
    name = service.stack_name
    allow(
        role,
        ["cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"],
        [service.arn("cloudformation", f"stack/{name}/*")],
        MADE_UP,
    )
    allow(role, ["cloudwatch:DescribeAlarms"], [service.arn("cloudwatch", f"alarm:{name}-*")], GENERATED)
    allow(role, ["logs:FilterLogEvents"], [service.arn("logs", f"log-group:{name}-*")], GENERATED)
