"""CloudWatch's alarms, dashboards and metrics."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from operations.cost.profile import Profile
from operations.cost.resources import Resource, Resources
from operations.cost.tasks import RunningTasks, running_tasks
from operations.cost.usage import NotPriced, Pricer, Usage

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"
SCALING_POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
DASHBOARD = "AWS::CloudWatch::Dashboard"
CLUSTER = "AWS::ECS::Cluster"
METRIC_FILTER = "AWS::Logs::MetricFilter"

FREE_DASHBOARDS = 3
"""Of an account ("Amazon CloudWatch Pricing"): one without others than this environment's."""

HIGH_RESOLUTION_SECONDS = 60
"""An alarm with a shorter period is one of high resolution."""

BAND = "ANOMALY_DETECTION_BAND"
METRICS_OF_A_BAND = 2
"""An anomaly detection alarm is billed for its metric and the two edges of the band ("Amazon CloudWatch Pricing")."""

ALARMS_OF_TARGET_TRACKING = 2
"""One to scale out, one to scale in ("Target tracking scaling policies", Application Auto Scaling User Guide)."""

# "Amazon ECS Container Insights metrics" in the CloudWatch user guide: ten metrics of CPU, memory, network and storage
# for each cluster, service and task definition family, three that count in a cluster, and five of a service.
METRICS_OF_A_CLUSTER, METRICS_OF_A_SERVICE, METRICS_OF_A_FAMILY = 13, 15, 10
# Approximately what enhanced observability adds, by the same guide.
METRICS_OF_A_TASK, METRICS_OF_A_CONTAINER = 13, 10


def _alarms(resources: Resources, _: Profile) -> Iterator[Usage]:
    metrics = {True: 0, False: 0}
    for alarm in resources.of(ALARM):
        metrics[_is_of_high_resolution(alarm.properties)] += _metrics(alarm.properties)
    tracking = [
        each for each in resources.of(SCALING_POLICY) if each.properties["PolicyType"] == "TargetTrackingScaling"
    ]
    if metrics[False]:
        yield Usage("Alarms, by metric", "alarm", Decimal(metrics[False]))
    if tracking:
        yield Usage("Alarms of target tracking", "alarm", Decimal(len(tracking) * ALARMS_OF_TARGET_TRACKING))
    if metrics[True]:
        yield Usage("Alarms of high resolution, by metric", "alarm_high_resolution", Decimal(metrics[True]))
    if composite := len(resources.of(COMPOSITE_ALARM)):
        yield Usage("Composite alarms", "composite_alarm", Decimal(composite))


def _metrics(alarm: Mapping[str, Any]) -> int:
    """How many metrics an alarm is billed for: one, or those that its expression is made from."""
    queries = alarm.get("Metrics")
    if not queries:
        return 1
    found = sum("MetricStat" in query for query in queries)
    return found + METRICS_OF_A_BAND * sum(BAND in query.get("Expression", "") for query in queries)


def _is_of_high_resolution(alarm: Mapping[str, Any]) -> bool:
    periods = [query["MetricStat"]["Period"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return bool(min([alarm.get("Period", HIGH_RESOLUTION_SECONDS), *periods]) < HIGH_RESOLUTION_SECONDS)


def _dashboards(resources: Resources, _: Profile) -> Iterator[Usage]:
    if dashboards := len(resources.of(DASHBOARD)):
        yield Usage("Dashboards above three free ones", "dashboard", Decimal(max(0, dashboards - FREE_DASHBOARDS)))


def _metric_filters(resources: Resources, _: Profile) -> Iterator[Usage]:
    metrics = sum(len(each.properties["MetricTransformations"]) for each in resources.of(METRIC_FILTER))
    if metrics:
        yield Usage("Metrics made from logs", "custom_metric", Decimal(metrics))


def _insights(resources: Resources, _: Profile) -> Iterator[Usage | NotPriced]:
    """Container Insights; a service that is sometimes without tasks publishes a little less than is counted."""
    running = running_tasks(resources)
    for cluster in resources.of(CLUSTER):
        kind = insights(cluster)
        inside = [
            each
            for each in running
            if cluster in resources.referred(each.service, each.service.properties.get("Cluster"), CLUSTER)
        ]
        families = len({each.definition.id for each in inside if each.definition})
        metrics = Decimal(METRICS_OF_A_CLUSTER + METRICS_OF_A_SERVICE * len(inside) + METRICS_OF_A_FAMILY * families)
        if kind == "enabled":
            yield Usage("Container Insights metrics", "custom_metric", metrics)
        elif kind == "enhanced":
            metrics += sum(map(_enhanced, inside), Decimal(0))
            yield Usage("Container Insights metrics, enhanced", "enhanced_insights_metric", metrics)


def insights(cluster: Resource) -> str:
    """`enabled`, `enhanced` or `disabled`, which is the default of an account."""
    settings = {each["Name"]: each["Value"] for each in cluster.properties.get("ClusterSettings", [])}
    return str(settings.get("containerInsights", "disabled"))


def _enhanced(tasks: RunningTasks) -> Decimal:
    containers = len(tasks.definition.properties["ContainerDefinitions"]) if tasks.definition else 0
    return tasks.count * (METRICS_OF_A_TASK + METRICS_OF_A_CONTAINER * containers)


ALARMS = Pricer(frozenset({ALARM, COMPOSITE_ALARM, SCALING_POLICY}), _alarms)
DASHBOARDS = Pricer(frozenset({DASHBOARD}), _dashboards)
METRIC_FILTERS = Pricer(frozenset({METRIC_FILTER}), _metric_filters)
INSIGHTS = Pricer(frozenset({CLUSTER}), _insights)
