"""How long the load balancer makes a rollout wait, by the template."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.figures import Bench, Figure, NotMeasuredError, Section
from benchmark.synthesis import REFERENCE, REFERENCE_STACK, WHOLE, assembly
from configuration import load, stack_names
from operations.cost.assembly import templates_in

TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"

AT_MOST = 30
DEFAULTS = Figure("with AWS's defaults, as the reference app has them", "s")


def seconds_of_a_rollout(targets: Mapping[str, Any]) -> int:
    """How long a rollout waits for the load balancer at least: until a task is healthy, and until one is drained.

    Where the template is silent, AWS's defaults hold (Elastic Load Balancing: "Health checks for Application Load
    Balancer target groups", "Deregistration delay").

    Args:
        targets: the properties of a target group.
    """
    attributes = {each["Key"]: each["Value"] for each in targets.get("TargetGroupAttributes", [])}
    until_healthy = targets.get("HealthyThresholdCount", 5) * targets.get("HealthCheckIntervalSeconds", 30)
    return int(until_healthy) + int(attributes.get("deregistration_delay.timeout_seconds", 300))


def floor(template: Mapping[str, Any]) -> int:
    """The same in seconds for the slowest target group of a template.

    Raises:
        NotMeasuredError: it has none.
    """
    groups = [each.get("Properties", {}) for each in template["Resources"].values() if each["Type"] == TARGET_GROUP]
    if not groups:
        raise NotMeasuredError("the template has no target group")
    return max(seconds_of_a_rollout(group) for group in groups)


def measure(bench: Bench) -> Iterator[Figure]:
    """Compute it from the templates of this run."""
    templates = templates_in(assembly(bench, WHOLE))
    for name in load(bench.configuration).select().environments:
        yield Figure(name, "s", at_most=AT_MOST).measured(floor(templates[stack_names.service(name)]))
    yield DEFAULTS.measured(floor(templates_in(assembly(bench, REFERENCE))[REFERENCE_STACK]))


SECTION = Section(
    "rollout",
    "Rollout",
    "What the load balancer adds to every rollout: the checks until a new task counts as healthy, and the drain of an "
    "old one. Computed from the templates of this run; pulling the image, starting it, and watching the alarms come on "
    "top.",
    (DEFAULTS,),
    measure,
)
