"""What the roles of the app are for: all that each of them must be able to do, as requests to AWS."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration, Environment, stack_names
from tests.identity.cloudformation import Resolver, StackTemplate, stacks_of
from tests.identity.roles import Role, roles_of

LAMBDA_BASICS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
"""AWS's own policy for the functions that the CDK adds: they may create and write all log groups, and read none."""

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
PUSH = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")
IMPORT = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")


@dataclass(frozen=True)
class Request:
    """One action.

    Attributes:
        resource: an ARN; `*` for an action that has none.
        cluster: the value of the condition key `ecs:cluster`; omitted, the request has no such key.
        passed_to: the value of the condition key `iam:PassedToService`; likewise.
    """

    action: str
    resource: str = "*"
    cluster: str = ""
    passed_to: str = ""

    @property
    def context(self) -> dict[str, str | list[str]]:
        """Its condition keys."""
        keys = {"ecs:cluster": self.cluster, "iam:PassedToService": self.passed_to}
        return {key: value for key, value in keys.items() if value}


Job = frozenset[Request]


def requests(actions: Iterable[str], *arns: str) -> Job:
    """Each of these actions on each of these resources."""
    return frozenset(Request(action, arn) for action in actions for arn in arns)


def becoming(*roles: str) -> Job:
    """Taking on each of these roles, given by their ARNs."""
    return requests(["sts:AssumeRole"], *roles)


def bootstrap_role(role: str, account: str, region: str) -> str:
    """The ARN of a role that `cdk bootstrap` made."""
    return f"arn:aws:iam::{account}:role/cdk-hnb659fds-{role}-role-{account}-{region}"


SIGN_IN = requests(["ecr:GetAuthorizationToken"], "*")


@dataclass(frozen=True)
class Installation:
    """What a configuration deploys."""

    configuration: Configuration
    assembly: CloudAssembly

    @cached_property
    def stacks(self) -> list[StackTemplate]:
        """Its stacks."""
        return stacks_of(self.assembly)

    @cached_property
    def roles(self) -> list[Role]:
        """Its roles as their own policies make them: without permissions boundary, and without `LAMBDA_BASICS`."""
        return [
            replace(
                role,
                boundary={},
                managed_policies={arn: text for arn, text in role.managed_policies.items() if arn != LAMBDA_BASICS},
            )
            for role in roles_of(self.stacks)
        ]

    def repository(self, name: str) -> str:
        """The ARN of a repository of the registry."""
        registry = self.configuration.registry
        return f"arn:aws:ecr:{registry.region}:{registry.account}:repository/{name}"

    def arns(self, kind: str, type_name: str, *, stack: str, attribute: str = "") -> list[str]:
        """The ARNs of the resources of that type in the stack.

        Args:
            kind: service and type as they are written in an ARN, with an asterisk for the place in between.
            attribute: the one that completes the ARN; omitted, what `Ref` returns does.
        """
        (where,) = [each for each in self.stacks if each.name == stack]
        prefix = f"arn:aws:{kind.replace('*', f':{where.region}:{where.account}:')}"
        return [
            prefix
            + Resolver(where, self.stacks).resolve({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name})
            for name, _ in where.of_type(type_name)
        ]


def job_of(role: Role, within: Installation) -> Job:
    """All that the role is for; one that is not known here has nothing to do."""
    identity, environments = within.configuration.identity, within.configuration.environments.values()
    named = {identity.build.role_name: building(within), identity.diff.role_name: comparing(within, role.account)}
    if identity.operator:
        named[identity.operator.role_name] = operating(within, role.account)
    named |= {identity.deploy.role_name_in(each.name): deploying(within, each) for each in environments}
    if role.name in named:
        return named[role.name]
    unnamed: dict[str, Job] = {}
    for each in environments:
        service, network = stack_names.service(each.name), stack_names.network(each.name)
        # CloudFormation makes these names up, and cuts what is too long.
        unnamed[f"{service}-WebServiceTaskDefinitionE"] = starting_tasks(within, each)
        unnamed[f"{network}-CustomVpcRestrict"] = closing_default_groups(within, network)
        unnamed[f"{network}-FlowLogs"] = recording_flows(within, network)
    return next((job for beginning, job in unnamed.items() if role.name.startswith(beginning)), frozenset())


def building(within: Installation) -> Job:
    """Pushing to the one repository."""
    repository = within.repository(within.configuration.registry.repository)
    return requests((*PULL, *PUSH, "ecr:DescribeImages"), repository) | SIGN_IN


def deploying(within: Installation, environment: Environment) -> Job:
    """Deploying that environment, and seeing how it goes."""
    roles = ["deploy", "file-publishing", "lookup", *(["image-publishing"] if environment.image == "asset" else [])]
    place = environment.account, environment.region
    return becoming(*(bootstrap_role(role, *place) for role in roles)) | judging(within, environment)


def comparing(within: Installation, account: str) -> Job:
    """Reading what is deployed in that account."""
    registry = within.configuration.registry
    places = [(each.account, each.region) for each in within.configuration.environments.values()]
    places.append((registry.account, registry.region))
    return becoming(*(bootstrap_role("lookup", *place) for place in places if place[0] == account))


def operating(within: Installation, account: str) -> Job:
    """Deploying all environments of that account by hand, and seeing how that goes."""
    job: Job = frozenset()
    for each in within.configuration.environments.values():
        if each.account == account:
            roles = (bootstrap_role(role, account, each.region) for role in ("deploy", "lookup"))
            job |= becoming(*roles) | judging(within, each)
    return job


def judging(within: Installation, environment: Environment) -> Job:
    """Reading what tells how the rollouts of that environment's service go, and stopping one."""
    cluster, stack = environment.cluster_name, stack_names.service(environment.name)
    ecs = f"arn:aws:ecs:{environment.region}:{environment.account}"
    path = f"{cluster}/{environment.service_name}"
    service, deployment, revision = (
        f"{ecs}:service{part}" for part in (f"/{path}", f"-deployment/{path}/1", f"-revision/{path}/1")
    )
    job = requests(["ecs:DescribeServices", "ecs:ListServiceDeployments"], service)
    job |= requests(["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"], service, deployment)
    job |= requests(["ecs:DescribeServiceRevisions"], service, revision)
    job |= requests(["ecs:DescribeTasks"], f"{ecs}:task/{cluster}/1")
    job |= {Request("ecs:ListTasks", f"{ecs}:container-instance/{cluster}/1", cluster=f"{ecs}:cluster/{cluster}")}
    stacks = [f"cloudformation:{each}" for each in ("DescribeStackEvents", "DescribeStacks", "ListStackResources")]
    job |= requests(stacks, f"{ecs.replace('ecs', 'cloudformation')}:stack/{stack}/1")
    job |= requests(
        ["cloudwatch:DescribeAlarms"], *within.arns("cloudwatch*alarm:", "AWS::CloudWatch::Alarm", stack=stack)
    )
    job |= requests(["logs:FilterLogEvents"], *within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack))
    balancing = [f"elasticloadbalancing:{each}" for each in ("DescribeLoadBalancers", "DescribeTargetHealth")]
    job |= requests([*balancing, "ecs:DescribeTaskDefinition"], "*")
    return job if environment.image == "asset" else job | requests(["ecr:DescribeImages"], images(within, environment))


def starting_tasks(within: Installation, environment: Environment) -> Job:
    """Pulling the image and writing the log, as ECS does for a task."""
    groups = within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack_names.service(environment.name))
    pull = (*PULL, *(IMPORT if environment.image == "ghcr" else ()))
    return requests(pull, images(within, environment)) | writing(groups) | SIGN_IN


def images(within: Installation, environment: Environment) -> str:
    """The ARN of the repository of that environment's images."""
    account, region = environment.account, environment.region
    built_by_cdk = f"cdk-hnb659fds-container-assets-{account}-{region}"
    match environment.image:
        case "asset":
            return f"arn:aws:ecr:{region}:{account}:repository/{built_by_cdk}"
        case "ghcr":
            return within.repository(f"ghcr/{within.configuration.github.full_name}")
        case "ecr":
            return within.repository(within.configuration.registry.repository)


def writing(log_groups: Iterable[str]) -> Job:
    """Writing to these log groups."""
    streams = [f"{arn}:log-stream:1" for arn in log_groups]
    return requests(["logs:CreateLogStream", "logs:PutLogEvents"], *streams)


def recording_flows(within: Installation, stack: str) -> Job:
    """Writing the flow logs of that network."""
    groups = within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack)
    # AWS asks for a group of streams by the beginning of their ARNs.
    return writing(groups) | requests(["logs:DescribeLogStreams"], *(f"{arn}:log-stream:" for arn in groups))


def closing_default_groups(within: Installation, stack: str) -> Job:
    """Taking all rules from the default security group of that network."""
    groups = within.arns("ec2*security-group/", "AWS::EC2::VPC", stack=stack, attribute="DefaultSecurityGroup")
    changes = [f"ec2:{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")]
    return requests(changes, *groups)
