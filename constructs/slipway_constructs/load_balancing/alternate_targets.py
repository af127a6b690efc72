"""Where the tasks of the next release wait for traffic."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from slipway_constructs.load_balancing.target_group import target_group


class AlternateTargets(Construct):
    """The second target group of a service whose traffic is shifted from one to the other at each release.

    Which of the two holds the running release changes with every release: neither is "blue" for good.

    Attributes:
        targets: the target group; health checks and draining are those of the first one.
    """

    def __init__(self, scope: Construct, id: str, *, vpc: ec2.IVpc, target_port: int, health_path: str) -> None:
        """Create the target group.

        Args:
            target_port: of the tasks.
            health_path: answers 200 when a task can take traffic.
        """
        super().__init__(scope, id)
        self.targets = target_group(self, "Targets", vpc=vpc, target_port=target_port, health_path=health_path)
