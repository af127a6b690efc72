"""How clients reach the service of one environment."""

from dataclasses import dataclass

from aws_cdk import Duration, Stack, Validations
from aws_cdk import aws_certificatemanager as acm

from configuration import Environment
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.load_balancing.domain import AliasRecord
from slipway_constructs.load_balancing.firewall import Firewall
from slipway_constructs.load_balancing.ingress import Ingress
from slipway_constructs.networking.existing_network import ExistingNetwork
from slipway_constructs.networking.network import Network
from stacks.retention import log_retention, removal_policy
from stacks.site import site_of

PLAIN_HTTP = (
    "NIST.800.53.R5-ALBHttpToHttpsRedirection",
    "NIST.800.53.R5-ELBv2ACMCertificateRequired",
    "Checkov::CKV_AWS_2",
    "Checkov::CKV_AWS_103",
    "Checkov::CKV_AWS_260",
)
"""What is found of listeners without a certificate."""


@dataclass(frozen=True)
class LoadBalancing:
    """Load balancer and certificate.

    Attributes:
        certificate: of its listeners; None serves plain HTTP.
    """

    ingress: Ingress
    certificate: acm.ICertificate | None


def load_balancing_of(stack: Stack, environment: Environment, network: Network | ExistingNetwork) -> LoadBalancing:
    """The load balancer in that network, with the name and the firewall that slipway.toml asks for."""
    settings = environment.load_balancer
    site = site_of(stack, settings)
    certificate = site.certificate if site else _existing_certificate(stack, environment)
    ingress = Ingress(
        stack,
        "Ingress",
        vpc=network.vpc,
        subnets=network.public_subnets,
        target_port=environment.task.port,
        health_path=environment.task.readiness_path,
        certificate=certificate,
        host=settings.domain,
        private_paths=settings.private_paths,
        deletion_protection=environment.deletion_protection,
        access_log_retention=Duration.days(settings.access_log_days),
        removal_policy=removal_policy(environment),
    )
    if site and settings.domain:
        AliasRecord(stack, "Alias", zone=site.zone, domain_name=settings.domain, load_balancer=ingress.load_balancer)
    if settings.firewall:
        Firewall(
            stack,
            "Firewall",
            load_balancer_arn=ingress.load_balancer.load_balancer_arn,
            requests_per_five_minutes=settings.firewall.requests_per_five_minutes,
            log_retention=log_retention(environment),
            removal_policy=removal_policy(environment),
        )
    _acknowledge(ingress, environment)
    return LoadBalancing(ingress, certificate)


def _existing_certificate(stack: Stack, environment: Environment) -> acm.ICertificate | None:
    arn = environment.load_balancer.certificate_arn
    if arn:
        return acm.Certificate.from_certificate_arn(stack, "Certificate", arn)
    Validations.of(stack).add_warning(
        "Slipway::PlainHttp",
        f"{environment.name} is served over plain HTTP, as slipway.toml says: anybody on the way can read and change "
        "what is sent. Give load_balancer a certificate_arn, or a domain with its hosted zone.",
    )
    for finding in PLAIN_HTTP:
        acknowledge(stack, finding, f"slipway.toml has {environment.name} served over plain HTTP.")
    return None


def _acknowledge(ingress: Ingress, environment: Environment) -> None:
    name, balancer = environment.name, ingress.load_balancer
    acknowledge(
        balancer,
        "AwsSolutions-EC23",
        "A public website: its load balancer takes traffic from everywhere, on its listeners' ports only.",
    )
    if not environment.load_balancer.firewall:
        acknowledge(
            balancer,
            "NIST.800.53.R5-ALBWAFEnabled",
            f"slipway.toml has no firewall for {name}: AWS WAF is billed by rule and by request.",
        )
    if not environment.deletion_protection:
        acknowledge(
            balancer,
            "NIST.800.53.R5-ELBDeletionProtectionEnabled",
            f"slipway.toml lets the load balancer of {name} be deleted with its stack.",
        )
