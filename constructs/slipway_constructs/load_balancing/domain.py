"""A name of one's own for the service."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct


class SiteCertificate(Construct):
    """A certificate of ACM for one name, which proves itself, and renews itself, by a record in a hosted zone.

    CloudFormation waits until ACM has seen the record: minutes, if the zone is the one that the name's registrar
    delegates to, and otherwise until ACM gives up after 72 hours ("DNS validation").

    Attributes:
        certificate: of the stack's own region and account, as a load balancer needs it.
        zone: the hosted zone.
    """

    def __init__(self, scope: Construct, id: str, *, domain_name: str, hosted_zone_id: str, zone_name: str) -> None:
        """Ask for the certificate; nothing is looked up.

        Args:
            domain_name: the zone's own name or one below it.
            hosted_zone_id: of a public zone in the stack's account.
            zone_name: what that zone is called.
        """
        super().__init__(scope, id)
        self.zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=hosted_zone_id, zone_name=zone_name
        )
        self.certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=domain_name,
            validation=acm.CertificateValidation.from_dns(self.zone),
        )


class AliasRecord(Construct):
    """Leads a name to a load balancer: an alias record, whose queries Route 53 does not charge for.

    Type A alone: a load balancer that is not dual-stack has no IPv6 addresses.

    Attributes:
        record: the record.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        zone: route53.IHostedZone,
        domain_name: str,
        load_balancer: elbv2.ILoadBalancerV2,
    ) -> None:
        """Create the record.

        Args:
            domain_name: the zone's own name or one below it. If it has a record of type A already, the creation fails.
        """
        super().__init__(scope, id)
        self.record = route53.ARecord(
            self,
            "Record",
            zone=zone,
            record_name=domain_name,
            target=route53.RecordTarget.from_alias(route53_targets.LoadBalancerTarget(load_balancer)),
        )
