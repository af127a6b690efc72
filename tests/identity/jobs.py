"""What the roles of the app are for: all that each of them must be able to do, as requests to AWS."""

from collections.abc import Iterable

from configuration import Environment, stack_names
from tests.identity.installation import Installation, Job, becoming, bootstrap_role, requests
from tests.identity.operating import continuing, examining, judging, opening_shells, scaling
from tests.identity.roles import Role

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
PUSH = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")
IMPORT = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
SIGN_IN = requests(["ecr:GetAuthorizationToken"], "*")


def job_of(role: Role, within: Installation) -> Job:
    """All that the role is for; one that is not known here has nothing to do."""
    identity, environments = within.configuration.identity, within.configuration.environments.values()
    reading = comparing(within, role.account)
    named = {
        identity.build.role_name: building(within),
        identity.diff.role_name: reading,
        identity.drift.role_name: reading,
    }
    if identity.operator:
        named[identity.operator.role_name] = operating(within, role.account)
    named |= {identity.deploy.role_name_in(each.name): deploying(within, each) for each in environments}
    if role.name in named:
        return named[role.name]
    unnamed: dict[str, Job] = {}
    for each in environments:
        service, network = stack_names.service(each.name), stack_names.network(each.name)
        # CloudFormation makes these names up, and cuts what is too long.
        unnamed[f"{service}-TaskExecutionRole"] = starting_tasks(within, each)
        unnamed[f"{service}-TaskTaskRole"] = answering_shells(each) | sending_telemetry(within, each)
        unnamed[f"{service}-TrafficShiftRole"] = shifting_traffic(within, service)
        unnamed[f"{service}-HookRole"] = asking(each)
        unnamed[f"{stack_names.telemetry(each.name)}-SlackRole"] = drawing_charts(within, each)
        unnamed[f"{stack_names.observability(each.name)}-PagerDutyRole"] = paging(within, each)
        if each.collects_telemetry:
            unnamed[f"{stack_names.observability(each.name)}-AlarmBridgeRole"] = bridging(within, each)
            unnamed |= showing_telemetry(within, each)
        unnamed[f"{network}-CustomVpcRestrict"] = closing_default_groups(within, network)
        unnamed[f"{network}-FlowLogs"] = recording_flows(within, network)
    return next((job for beginning, job in unnamed.items() if role.name.startswith(beginning)), frozenset())


def building(within: Installation) -> Job:
    """Pushing to the one repository."""
    repository = within.repository(within.configuration.registry.repository)
    return requests((*PULL, *PUSH, "ecr:DescribeImages"), repository) | SIGN_IN


def deploying(within: Installation, environment: Environment) -> Job:
    """Deploying that environment: looking before, and seeing how it goes."""
    roles = ["deploy", "file-publishing", "lookup", *(["image-publishing"] if environment.publishes_images else [])]
    place = environment.account, environment.region
    job = becoming(*(bootstrap_role(role, *place) for role in roles))
    return job | examining(within, environment) | judging(within, environment)


def comparing(within: Installation, account: str) -> Job:
    """Reading what is deployed in that account."""
    registry = within.configuration.registry
    places = [(each.account, each.region) for each in within.configuration.environments.values()]
    places.append((registry.account, registry.region))
    return becoming(*(bootstrap_role("lookup", *place) for place in places if place[0] == account))


def operating(within: Installation, account: str) -> Job:
    """Deploying all environments of that account by hand, and what else the `slipway` verbs do with one."""
    job: Job = frozenset()
    for each in within.configuration.environments.values():
        if each.account == account:
            roles = (bootstrap_role(role, account, each.region) for role in ("deploy", "lookup"))
            job |= becoming(*roles) | examining(within, each) | judging(within, each)
            job |= scaling(each) | opening_shells(each) | continuing(each)
    return job


def starting_tasks(within: Installation, environment: Environment) -> Job:
    """Pulling the image, reading the secrets and writing the log, as ECS does for a task."""
    groups = within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack_names.service(environment.name))
    groups = [each for each in groups if "aws-waf-logs" not in each]  # to which the firewall writes
    pull = (*PULL, *(IMPORT if environment.image == "ghcr" else ()))
    job = requests(pull, within.images(environment)) | writing(groups) | SIGN_IN
    if environment.collects_telemetry:
        job |= requests(PULL, within.assets(environment))
    for reference in environment.task.secrets.values():
        if reference.startswith("/"):
            place = f"{environment.region}:{environment.account}"
            job |= requests(["ssm:GetParameters"], f"arn:aws:ssm:{place}:parameter{reference}")
        else:
            job |= requests(["secretsmanager:GetSecretValue"], ":".join(reference.split(":")[:7]))
    return job


def answering_shells(environment: Environment) -> Job:
    """What the agent of ECS Exec does as the task."""
    if not environment.task.exec:
        return frozenset()
    channels = [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")]
    return requests(channels, "*")


def sending_telemetry(within: Installation, environment: Environment) -> Job:
    """What the collector beside the service does as the task."""
    if not environment.collects_telemetry:
        return frozenset()
    job = requests(["aps:RemoteWrite"], workspace(within, environment))
    return job | (requests(["xray:PutSpans", "xray:PutSpansForIndexing"], "*") if environment.tracing.xray else job)


def showing_telemetry(within: Installation, environment: Environment) -> dict[str, Job]:
    """What Grafana and Jaeger do, and ECS for them, by the beginnings of their roles' names."""
    stack, prometheus = stack_names.dashboards(environment.name), workspace(within, environment)
    groups = within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack)
    starting = requests(PULL, within.assets(environment)) | SIGN_IN
    passwords = within.refs("AWS::SecretsManager::Secret", stack=stack)
    read = requests(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], *passwords)
    querying = ("aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics")
    return {
        f"{stack}-GrafanaExecutionRole": starting | read | writing(each for each in groups if "Grafana" in each),
        f"{stack}-GrafanaTaskRole": requests(querying, prometheus),
        f"{stack}-JaegerExecutionRole": starting | writing(each for each in groups if "Jaeger" in each),
        f"{stack}-JaegerTaskRole": requests(["aps:RemoteWrite"], prometheus),
    }


def workspace(within: Installation, environment: Environment) -> str:
    """The ARN of the environment's workspace."""
    stack = stack_names.prometheus(environment.name)
    (found,) = within.refs("AWS::APS::Workspace", stack=stack)
    return found


def shifting_traffic(within: Installation, stack: str) -> Job:
    """Turning two listener rules from one target group to the other, and registering tasks with both."""
    rules = within.refs("AWS::ElasticLoadBalancingV2::ListenerRule", stack=stack, action="forward")
    groups = within.refs("AWS::ElasticLoadBalancingV2::TargetGroup", stack=stack)
    describing = [
        f"elasticloadbalancing:Describe{what}" for what in ("Listeners", "Rules", "TargetGroups", "TargetHealth")
    ]
    job = requests(["elasticloadbalancing:ModifyRule"], *rules) | requests(describing, "*")
    return job | requests([f"elasticloadbalancing:{each}Targets" for each in ("Deregister", "Register")], *groups)


def asking(environment: Environment) -> Job:
    """Asking the function whether a release goes on."""
    function = environment.rollout.hook_lambda_arn
    return requests(["lambda:InvokeFunction"], function) if function else frozenset()


def drawing_charts(within: Installation, environment: Environment) -> Job:
    """Showing the alarms of that environment, and what they watch, in Slack."""
    if environment.alerts.slack is None:
        return frozenset()
    stacks = stack_names.service(environment.name), stack_names.observability(environment.name)
    alarms = [arn for each in stacks for arn in within.arns("cloudwatch*alarm:", "AWS::CloudWatch::Alarm", stack=each)]
    charts = ["cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage"]
    return requests(["cloudwatch:DescribeAlarms"], *alarms) | requests(charts, "*")


def paging(within: Installation, environment: Environment) -> Job:
    """Sending events to the one destination."""
    stack = stack_names.observability(environment.name)
    destinations = within.arns("", "AWS::Events::ApiDestination", stack=stack, attribute="Arn")
    return requests(["events:InvokeApiDestination"], *destinations)


def bridging(within: Installation, environment: Environment) -> Job:
    """Handing alarms to the alert manager, after a look at those that come late, and keeping what it does not take."""
    stack = stack_names.observability(environment.name)
    pages_and_deliveries = ("Outage", "AlarmsLoadBalancerErrors", "Delivery")
    alarms = within.arns("cloudwatch*alarm:", "AWS::CloudWatch::Alarm", stack=stack, without=pages_and_deliveries)
    queues = within.arns("", "AWS::SQS::Queue", stack=stack, attribute="Arn")
    groups = within.arns("logs*log-group:", "AWS::Logs::LogGroup", stack=stack)
    return (
        requests(["aps:CreateAlertManagerAlerts"], workspace(within, environment))
        | requests(["cloudwatch:DescribeAlarms"], *alarms)
        | requests(["sqs:SendMessage"], *queues)
        | writing(groups)
    )


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
