"""How the load balancer sees a task come and go."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

# On the critical path of every rollout: 2 x 5 s until a task is healthy, 15 s until an old one is drained. AWS's
# defaults are 5 x 30 s and 300 s (Elastic Load Balancing: "Health checks for Application Load Balancer target groups",
# "Edit target group attributes", "Deregistration delay").
HEALTH_CHECK_INTERVAL = Duration.seconds(5)
HEALTH_CHECK_TIMEOUT = Duration.seconds(3)
HEALTHY_THRESHOLD = 2
UNHEALTHY_THRESHOLD = 2
DEREGISTRATION_DELAY = Duration.seconds(15)

SECONDS_TO_HEALTHY = HEALTHY_THRESHOLD * int(HEALTH_CHECK_INTERVAL.to_seconds())
"""From the first good answer of a target that was unhealthy to the time at which it is healthy, at most."""


def target_group(
    scope: Construct, id: str, *, vpc: ec2.IVpc, target_port: int, health_path: str
) -> elbv2.ApplicationTargetGroup:
    """A target group for the tasks of a service.

    Every strategy of rolling out puts its tasks into such groups, so all see a task come and go equally fast: a rollout
    waits 25 s for the load balancer, where AWS's defaults make it wait 450 s.

    Args:
        target_port: of the tasks. CloudFormation replaces the group when it changes.
        health_path: answers 200 when a task can take traffic.
    """
    return elbv2.ApplicationTargetGroup(
        scope,
        id,
        vpc=vpc,
        port=target_port,
        protocol=elbv2.ApplicationProtocol.HTTP,
        target_type=elbv2.TargetType.IP,
        deregistration_delay=DEREGISTRATION_DELAY,
        health_check=elbv2.HealthCheck(
            path=health_path,
            interval=HEALTH_CHECK_INTERVAL,
            timeout=HEALTH_CHECK_TIMEOUT,
            healthy_threshold_count=HEALTHY_THRESHOLD,
            unhealthy_threshold_count=UNHEALTHY_THRESHOLD,
            healthy_http_codes="200",
        ),
    )
