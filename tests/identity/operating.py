"""What the `slipway` verbs do with an environment, as requests to AWS."""

from configuration import Environment, stack_names
from tests.identity.installation import Installation, Job, Request, requests

FARGATE_VCPUS = ("L-3032A538", "L-36FBB829")
"""The quotas that `slipway doctor` reads: on demand, and on Fargate Spot."""


def _place(service: str, environment: Environment) -> str:
    return f"arn:aws:{service}:{environment.region}:{environment.account}"


def _service(environment: Environment, kind: str = "service") -> str:
    return f"{_place('ecs', environment)}:{kind}/{environment.cluster_name}/{environment.service_name}"


def judging(within: Installation, environment: Environment) -> Job:
    """Reading what tells how the rollouts of that environment's service go, and stopping one."""
    cluster, stack, ecs = environment.cluster_name, stack_names.service(environment.name), _place("ecs", environment)
    service, deployment, revision = (
        _service(environment),
        *(f"{_service(environment, f'service-{kind}')}/1" for kind in ("deployment", "revision")),
    )
    job = requests(["ecs:DescribeServices", "ecs:ListServiceDeployments"], service)
    job |= requests(["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"], service, deployment)
    job |= requests(["ecs:DescribeServiceRevisions"], service, revision)
    job |= requests(["ecs:DescribeTasks"], f"{ecs}:task/{cluster}/1")
    of_cluster = (("ecs:cluster", f"{ecs}:cluster/{cluster}"),)
    job |= {Request("ecs:ListTasks", f"{ecs}:container-instance/{cluster}/1", of_cluster)}
    stacks = [f"cloudformation:{each}" for each in ("DescribeStackEvents", "DescribeStacks", "ListStackResources")]
    job |= requests(stacks, f"{_place('cloudformation', environment)}:stack/{stack}/1")
    job |= requests(
        ["cloudwatch:DescribeAlarms"], *within.arns("cloudwatch*alarm:", "AWS::CloudWatch::Alarm", stack=stack)
    )
    groups = within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack)
    job |= requests(["logs:FilterLogEvents"], *(each for each in groups if "aws-waf-logs" not in each))
    balancing = [f"elasticloadbalancing:Describe{each}" for each in ("LoadBalancers", "TargetGroups", "TargetHealth")]
    job |= requests([*balancing, "ecs:DescribeTaskDefinition"], "*")
    if environment.image == "asset":
        return job
    job |= requests(
        [f"ecr:{each}" for each in ("BatchGetImage", "DescribeImages", "GetDownloadUrlForLayer")],
        within.images(environment),
    )
    record = stack_names.release_parameter(environment.name)
    return job | requests(["ssm:GetParameterHistory"], f"{_place('ssm', environment)}:parameter{record}")


def examining(within: Installation, environment: Environment) -> Job:
    """Looking, before a release, at what would make it fail."""
    identity = within.configuration.identity
    others = stack_names.beside_the_service(environment.name, collects_telemetry=environment.collects_telemetry)
    job = requests(
        ["cloudformation:DescribeStacks"],
        *(f"{_place('cloudformation', environment)}:stack/{stack}/1" for stack in others),
    )
    version = "parameter/cdk-bootstrap/hnb659fds/version"
    job |= requests(["ssm:GetParameter"], f"{_place('ssm', environment)}:{version}")
    own = [role.arn for kind in ("TaskExecutionRole", "TaskTaskRole") for role in within.role_of(environment, kind)]
    workflows = {identity.deploy.role_name_in(environment.name), identity.build.role_name, identity.diff.role_name}
    trusting = [role.arn for role in within.roles if role.name in workflows and role.account == environment.account]
    job |= requests(["iam:GetRole"], *own, *trusting) | requests(["iam:SimulatePrincipalPolicy"], own[0])
    provider = "oidc-provider/token.actions.githubusercontent.com"
    job |= requests(["iam:GetOpenIDConnectProvider"], f"arn:aws:iam::{environment.account}:{provider}")
    secrets = [each for each in environment.task.secrets.values() if each.startswith("arn:")]
    secrets += filter(None, [environment.alerts.pagerduty_secret_arn])
    topics = within.refs("AWS::SNS::Topic", stack=stack_names.telemetry(environment.name))
    job |= requests(["sns:ListSubscriptionsByTopic"], *topics)
    job |= requests(["secretsmanager:DescribeSecret"], *(":".join(each.split(":")[:7]) for each in secrets))
    quotas = [f"{_place('servicequotas', environment)}:fargate/{code}" for code in FARGATE_VCPUS]
    job |= requests(["servicequotas:GetServiceQuota"], *quotas)
    routes = [f"ec2:Describe{each}" for each in ("RouteTables", "Subnets", "VpcEndpoints")]
    return job | requests([*routes, "servicequotas:GetAWSDefaultServiceQuota"], "*")


def scaling(environment: Environment) -> Job:
    """Changing the bounds of that environment's service, if it has any."""
    if environment.tasks.count is not None:
        return frozenset()
    of_services = (
        ("application-autoscaling:service-namespace", "ecs"),
        ("application-autoscaling:scalable-dimension", "ecs:service:DesiredCount"),
    )
    target = f"{_place('application-autoscaling', environment)}:scalable-target/1"
    looking = [f"application-autoscaling:Describe{what}" for what in ("ScalableTargets", "ScheduledActions")]
    job = requests(looking, "*")
    job |= {Request("application-autoscaling:RegisterScalableTarget", target, of_services)}
    return job | requests(["ecs:UpdateService"], _service(environment))


def opening_shells(environment: Environment) -> Job:
    """Running commands in the tasks, where slipway.toml says so."""
    if not environment.task.exec:
        return frozenset()
    cluster = environment.cluster_name
    return requests(
        ["ecs:ExecuteCommand"],
        *(f"{_place('ecs', environment)}:{each}" for each in (f"cluster/{cluster}", f"task/{cluster}/1")),
    )


def continuing(environment: Environment) -> Job:
    """Ending the pause of a rollout, where rollouts have one."""
    if not environment.rollout.pause:
        return frozenset()
    deployment = f"{_service(environment, 'service-deployment')}/1"
    return requests(["ecs:ContinueServiceDeployment"], _service(environment), deployment)
