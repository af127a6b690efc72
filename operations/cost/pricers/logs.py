"""Logs, in CloudWatch and in S3: what is written, and how long it is kept."""

from collections.abc import Iterator
from decimal import Decimal

from operations.cost.pricers.load_balancing import LOAD_BALANCER
from operations.cost.pricers.monitoring import CLUSTER, insights
from operations.cost.pricers.small import follow_alarms
from operations.cost.profile import HOURS, Profile
from operations.cost.resources import Resource, Resources
from operations.cost.tasks import TASK_DEFINITION, running_tasks
from operations.cost.usage import NotPriced, Pricer, Usage

LOG_GROUP = "AWS::Logs::LogGroup"
FLOW_LOG = "AWS::EC2::FlowLog"
FIREWALL_LOG = "AWS::WAFv2::LoggingConfiguration"
WORKSPACE = "AWS::APS::Workspace"
BUCKET = "AWS::S3::Bucket"

FOREVER = 365
"""Days of logs that are counted where nothing deletes them: what has gathered in a year."""

INSIGHTS_GIGABYTES = Decimal("0.1")
"""That Container Insights writes for one task in a month: an event a minute each of cluster, service, task and
container, 2.4 KB together ("Container Insights performance log events for Amazon ECS", CloudWatch user guide)."""

PROMETHEUS_GIGABYTES = Decimal("0.01")
"""That rules and notifications write which fail: of those that do not, nothing is logged."""

GIGABYTE = 10**9
"""Bytes."""

ACCESS_LOG_BYTES = 100
"""Of one request, compressed: an entry has 400 to 500 bytes ("Access logs for your Application Load Balancer")."""

ACCESS_LOG_FILES_AN_HOUR = 12
"""Each node of a load balancer writes one every five minutes (likewise)."""


def _log_groups(resources: Resources, profile: Profile) -> Iterator[Usage | NotPriced]:
    # Of these some lines a change of an alarm, which costs nothing worth a line.
    written = [
        group for each in follow_alarms(resources) for group in resources.referred(each, each.properties, LOG_GROUP)
    ]
    for name, price, gigabytes, writers in _writers(resources, profile):
        if not writers:
            continue
        groups = [group for each in writers for group in resources.referred(each, each.properties, LOG_GROUP)]
        written += groups
        yield Usage(name, price, gigabytes)
        days = max((group.properties.get("RetentionInDays", FOREVER) for group in groups), default=FOREVER)
        yield Usage(f"{name}, kept {days} days", "logs_stored", gigabytes * _months(min(days, FOREVER)))
    for flow_log in resources.of(FLOW_LOG):
        if _to_s3(flow_log):
            yield NotPriced(f"{FLOW_LOG} {flow_log.id}", "the price table has no delivery to S3")
    yield from _insights(resources)
    for group in resources.of(LOG_GROUP):
        if group not in written:
            yield NotPriced(f"{LOG_GROUP} {group.id}", "how much is written to it is not known")


def _writers(resources: Resources, profile: Profile) -> list[tuple[str, str, Decimal, list[Resource]]]:
    """Name, price, GB a month, and who writes."""
    flow_logs = [each for each in resources.of(FLOW_LOG) if not _to_s3(each)]
    flow_log_gigabytes = Decimal(str(profile.flow_log_gigabytes)) * len(flow_logs)
    return [
        ("Logs of containers", "logs_ingested", Decimal(str(profile.log_gigabytes)), _to_cloudwatch(resources)),
        ("Flow logs", "logs_vended", flow_log_gigabytes, flow_logs),
        ("Logs of Prometheus", "logs_vended", PROMETHEUS_GIGABYTES, resources.of(WORKSPACE)),
        (
            "Logs of AWS WAF",
            "logs_vended",
            Decimal(str(profile.firewall_log_gigabytes)),
            resources.of(FIREWALL_LOG),
        ),
    ]


def _months(days: int) -> Decimal:
    """In months, whose logs are there at the same time once the first are deleted."""
    return Decimal(days * 24) / HOURS


def _to_s3(flow_log: Resource) -> bool:
    return flow_log.properties.get("LogDestinationType") == "s3"


def _to_cloudwatch(resources: Resources) -> list[Resource]:
    """The task definitions with a container that logs to CloudWatch."""
    return [
        each
        for each in resources.of(TASK_DEFINITION)
        if any(
            container.get("LogConfiguration", {}).get("LogDriver") == "awslogs"
            for container in each.properties["ContainerDefinitions"]
        )
    ]


def _insights(resources: Resources) -> Iterator[Usage]:
    watched = [cluster for cluster in resources.of(CLUSTER) if insights(cluster) != "disabled"]
    tasks = sum(
        (
            each.count
            for each in running_tasks(resources)
            for cluster in resources.referred(each.service, each.service.properties.get("Cluster"), CLUSTER)
            if cluster in watched
        ),
        Decimal(0),
    )
    if tasks:
        yield Usage("Logs of Container Insights", "logs_ingested", tasks * INSIGHTS_GIGABYTES)


def _buckets(resources: Resources, profile: Profile) -> Iterator[Usage | NotPriced]:
    of_load_balancers: list[Resource] = []
    for balancer in resources.of(LOAD_BALANCER):
        for bucket in resources.referred(balancer, balancer.properties.get("LoadBalancerAttributes"), BUCKET):
            of_load_balancers.append(bucket)
            days = _days_kept(bucket)
            gigabytes = Decimal(profile.requests) * ACCESS_LOG_BYTES / GIGABYTE
            files = len(balancer.properties.get("Subnets", [])) * ACCESS_LOG_FILES_AN_HOUR * HOURS
            yield Usage(f"Access logs, kept {days} days", "s3_stored", gigabytes * _months(days))
            yield Usage("Access logs, files written", "s3_writes", Decimal(files) / 1000)
    for bucket in resources.of(BUCKET):
        if bucket not in of_load_balancers:
            yield NotPriced(f"{BUCKET} {bucket.id}", "how much is stored in it is not known")


def _days_kept(bucket: Resource) -> int:
    rules = bucket.properties.get("LifecycleConfiguration", {}).get("Rules", [])
    days = [rule["ExpirationInDays"] for rule in rules if rule["Status"] == "Enabled" and "ExpirationInDays" in rule]
    return int(min([*days, FOREVER]))


LOG_GROUPS = Pricer(frozenset({LOG_GROUP, FLOW_LOG, FIREWALL_LOG}), _log_groups)
BUCKETS = Pricer(frozenset({BUCKET}), _buckets)
