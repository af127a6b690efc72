"""What Elastic Load Balancing knows of load balancers and targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client


@dataclass(frozen=True)
class Target:
    """A target of a target group.

    Attributes:
        address: IPv4.
        state: such as `healthy`, `initial` or `unhealthy`.
        reason: such as `Target.ResponseCodeMismatch`; empty for a healthy one.
        description: the reason in words.
    """

    address: str
    port: int
    state: str
    reason: str = ""
    description: str = ""


@dataclass(frozen=True)
class TargetGroup:
    """A target group and how it checks its targets.

    Attributes:
        port: of targets that are registered without one.
        health_port: of the checks; `traffic-port` is that of each target.
        health_path: of the checks.
        health_codes: that count as healthy, such as `200` or `200-299`.
        interval: seconds between two checks of a target.
    """

    arn: str
    port: int
    health_port: str
    health_path: str
    health_codes: str
    interval: int


class ElasticLoadBalancing:
    """Elastic Load Balancing v2 in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ElasticLoadBalancingv2Client = aws.client("elbv2")

    def name_of(self, load_balancer_arn: str) -> str:
        """The name of that load balancer."""
        return self._client.describe_load_balancers(LoadBalancerArns=[load_balancer_arn])["LoadBalancers"][0][
            "LoadBalancerName"
        ]

    def register(self, target_group_arn: str, address: str, port: int) -> None:
        """Add a target, in the place of one at another port of the same address."""
        self._client.deregister_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": address}])
        self._client.register_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": address, "Port": port}])

    def targets(self, target_group_arn: str) -> list[Target]:
        """The targets of that group, each with its health."""
        described = self._client.describe_target_health(TargetGroupArn=target_group_arn)["TargetHealthDescriptions"]
        return [
            Target(
                address=each["Target"]["Id"],
                port=each["Target"].get("Port", 0),
                state=each["TargetHealth"].get("State", ""),
                reason=each["TargetHealth"].get("Reason", ""),
                description=each["TargetHealth"].get("Description", ""),
            )
            for each in described
        ]

    def target_groups(self, arns: Sequence[str]) -> list[TargetGroup]:
        """These target groups."""
        if not arns:
            return []
        return [
            TargetGroup(
                arn=each["TargetGroupArn"],
                port=each.get("Port", 0),
                health_port=each.get("HealthCheckPort", "traffic-port"),
                health_path=each.get("HealthCheckPath", "/"),
                health_codes=each.get("Matcher", {}).get("HttpCode", "200"),
                interval=each.get("HealthCheckIntervalSeconds", 30),
            )
            for each in self._client.describe_target_groups(TargetGroupArns=list(arns))["TargetGroups"]
        ]
