"""How services of an environment find each other."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct


class PrivateNames(Construct):
    """A zone of names that only the VPC sees, kept by AWS Cloud Map.

    Attributes:
        namespace: the zone; a service that registers gets a name below its own.
    """

    def __init__(self, scope: Construct, id: str, *, vpc: ec2.IVpc, domain: str) -> None:
        """Create the zone.

        Args:
            vpc: with DNS support; no other zone of the same name may be associated with it.
            domain: of the zone.
        """
        super().__init__(scope, id)
        self.namespace = servicediscovery.PrivateDnsNamespace(self, "Namespace", name=domain, vpc=vpc)
