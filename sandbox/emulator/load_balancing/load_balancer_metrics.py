"""The metrics of AWS/ApplicationELB, counted where the emulated load balancer forwards.

RequestCount, HTTPCode_Target_nXX_Count, TargetResponseTime and TargetConnectionErrorCount of the load balancer and of
each target group; HTTPCode_ELB_5XX_Count and those of its 502, 503 and 504 of the load balancer; HealthyHostCount and
UnHealthyHostCount of each target group that has targets which are checked. As on AWS, what did not happen is not
published.

Not modelled: every other metric, the dimension AvailabilityZone, and the minutes that AWS takes to publish.
"""

from sandbox.emulator import background
from sandbox.emulator.clock import scaled
from sandbox.emulator.internals import internal
from sandbox.emulator.load_balancing.target_health import checked_targets
from sandbox.emulator.monitoring import measurements
from sandbox.emulator.monitoring.measurements import measured, metric, rounded

_NAMESPACE = "AWS/ApplicationELB"
_HOSTS_INTERVAL = 10.0
_SHORTEST_INTERVAL = 0.25
_SERVER_ERROR = 500


def publish_target_counts() -> None:
    """Publish how many targets are healthy, from now on."""
    background.repeat(max(_SHORTEST_INTERVAL, scaled(_HOSTS_INTERVAL)), _count_hosts)


def request_answered(balancer: str, group: str, status: int, seconds: float) -> None:
    """Count a request that a target answered, so many seconds after it was sent."""
    for dimensions in ({}, {"TargetGroup": _name_of_group(group)}):
        _count(balancer, "RequestCount", **dimensions)
        _count(balancer, f"HTTPCode_Target_{status // 100}XX_Count", **dimensions)
        of = metric(
            balancer, _NAMESPACE, "TargetResponseTime", "Seconds", LoadBalancer=_name_of(balancer), **dimensions
        )
        measured(of, rounded(seconds))


def request_failed(balancer: str, group: str, status: int, *, connected: bool) -> None:
    """Count a request that was sent to a target and that the load balancer had to answer itself."""
    for dimensions in ({}, {"TargetGroup": _name_of_group(group)}):
        _count(balancer, "RequestCount", **dimensions)
        if not connected:
            _count(balancer, "TargetConnectionErrorCount", **dimensions)
    own_answer(balancer, status)


def own_answer(balancer: str, status: int) -> None:
    """Count an error of the load balancer's own."""
    if status >= _SERVER_ERROR:
        _count(balancer, "HTTPCode_ELB_5XX_Count")
        _count(balancer, f"HTTPCode_ELB_{status}_Count")


def _count(balancer: str, name: str, **dimensions: str) -> None:
    measured(metric(balancer, _NAMESPACE, name, LoadBalancer=_name_of(balancer), **dimensions), 1.0)


def _count_hosts() -> None:
    for group in internal("services.alb", "_tgs").all_values():
        checks = checked_targets(group["TargetGroupArn"])
        healthy = sum(check.state == "healthy" for check in checks)
        unhealthy = sum(check.state == "unhealthy" for check in checks)
        for balancer in (group.get("LoadBalancerArns") or []) if checks else []:
            dimensions = {"LoadBalancer": _name_of(balancer), "TargetGroup": _name_of_group(group["TargetGroupArn"])}
            measured(metric(balancer, _NAMESPACE, "HealthyHostCount", **dimensions), healthy)
            measured(metric(balancer, _NAMESPACE, "UnHealthyHostCount", **dimensions), unhealthy)
    measurements.write()


def _name_of(balancer: str) -> str:
    return balancer.partition(":loadbalancer/")[2]


def _name_of_group(group: str) -> str:
    return group.rpartition(":")[2]
