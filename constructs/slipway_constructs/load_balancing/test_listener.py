"""A look at the next release before any client gets it."""

from collections.abc import Sequence

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from slipway_constructs.load_balancing.ingress import TLS_POLICY
from slipway_constructs.load_balancing.production_rule import shiftable_rule


class TestListener(Construct):
    """A listener of its own port, at which ECS shows the next release first.

    Only the given addresses reach it, and there every path is answered, also those that are private in production: a
    test may ask for metrics and readiness.

    Attributes:
        rule: the rule that ECS shifts test traffic with.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        load_balancer: elbv2.ApplicationLoadBalancer,
        port: int,
        certificate: acm.ICertificate | None,
        client_cidrs: Sequence[str],
        targets: elbv2.IApplicationTargetGroup,
        alternate_targets: elbv2.IApplicationTargetGroup,
    ) -> None:
        """Add the listener to that load balancer.

        Args:
            port: no other listener's.
            certificate: None serves plain HTTP, otherwise HTTPS.
            client_cidrs: IPv4 ranges that reach the port. The name of an internet-facing load balancer stands for its
                public addresses, also inside its VPC: who asks by name arrives with a public address, such as a NAT
                gateway's; the VPC's own range is for who asks the private addresses of its network interfaces.
            targets: the target group that has the traffic at first.
            alternate_targets: the one that has none.

        Raises:
            ValueError: a range is the whole internet.
        """
        super().__init__(scope, id)
        for cidr in client_cidrs:
            if cidr.endswith("/0"):
                raise ValueError(f"a test listener is not for everybody: client_cidrs must not hold {cidr!r}")
            load_balancer.connections.allow_from(ec2.Peer.ipv4(cidr), ec2.Port.tcp(port), "Sees the next release first")
        listener = elbv2.ApplicationListener(
            self,
            "Listener",
            load_balancer=load_balancer,
            port=port,
            protocol=elbv2.ApplicationProtocol.HTTPS if certificate else elbv2.ApplicationProtocol.HTTP,
            certificates=[certificate] if certificate else None,
            ssl_policy=TLS_POLICY if certificate else None,
            open=False,
            # The rule matches every path; a listener has to have a default action all the same.
            default_action=elbv2.ListenerAction.fixed_response(404, content_type="text/plain"),
        )
        self.rule = shiftable_rule(
            self, "Rule", listener=listener, targets=targets, alternate_targets=alternate_targets
        )
