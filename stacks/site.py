"""The certificate of a name, where the stack makes it."""

from aws_cdk import Stack

from configuration.hosted_name import HostedName
from slipway_constructs.load_balancing.domain import SiteCertificate


def site_of(stack: Stack, settings: HostedName) -> SiteCertificate | None:
    """The certificate for the domain of these settings; None without a hosted zone in which to prove it."""
    if not (settings.domain and settings.hosted_zone_id and settings.hosted_zone):
        return None
    return SiteCertificate(
        stack,
        "Site",
        domain_name=settings.domain,
        hosted_zone_id=settings.hosted_zone_id,
        zone_name=settings.hosted_zone,
    )
