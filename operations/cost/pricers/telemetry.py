"""Amazon Managed Service for Prometheus, and by what names its callers find each other."""

from collections.abc import Iterator
from decimal import Decimal

from operations.cost.profile import HOURS, Profile
from operations.cost.resources import Resource, Resources
from operations.cost.tasks import running_tasks
from operations.cost.usage import Pricer, Usage

WORKSPACE = "AWS::APS::Workspace"
NAMESPACE = "AWS::ServiceDiscovery::PrivateDnsNamespace"
NAMED_SERVICE = "AWS::ServiceDiscovery::Service"

COLLECTOR = "collector"
"""The name of the container that scrapes its task."""

SCRAPES_AN_HOUR = 120
"""One in 30 s, as `scrape_interval` in observability/collector has it."""

SAMPLES = 10_000_000
"""Samples are billed by so many."""

BYTES_OF_A_SAMPLE = 2
"""Typically, "1 to 2 bytes" with compression ("Amazon Managed Service for Prometheus Pricing")."""

DAYS_KEPT = 150
"""The default of a workspace ("Amazon Managed Service for Prometheus service quotas")."""

GIGABYTE = 2**30
"""Bytes, as they are billed."""


def _prometheus(resources: Resources, profile: Profile) -> Iterator[Usage]:
    """What is recorded by rules is ingested too, and small beside what tasks give."""
    if not resources.of(WORKSPACE):
        return
    tasks = sum((each.count for each in running_tasks(resources) if _is_scraped(each.definition)), Decimal(0))
    samples = tasks * Decimal(str(profile.series)) * SCRAPES_AN_HOUR * HOURS
    kept = samples * Decimal(DAYS_KEPT * 24) / HOURS * BYTES_OF_A_SAMPLE / GIGABYTE
    yield Usage("Prometheus, samples taken in", "prometheus_samples", samples / SAMPLES)
    yield Usage(f"Prometheus, kept {DAYS_KEPT} days", "prometheus_stored", kept)
    yield Usage("Prometheus, samples queried", "prometheus_queried", Decimal(str(profile.queried_billions)))


def _is_scraped(definition: Resource | None) -> bool:
    containers = definition.properties["ContainerDefinitions"] if definition else []
    return any(container["Name"] == COLLECTOR for container in containers)


def _names(resources: Resources, _: Profile) -> Iterator[Usage]:
    """A zone of Route 53, and one registered task a service; queries from within the VPC are a cent or two."""
    if namespaces := len(resources.of(NAMESPACE)):
        yield Usage("Private zones", "hosted_zone", Decimal(namespaces))
    if services := len(resources.of(NAMED_SERVICE)):
        yield Usage("Cloud Map, registered tasks", "cloud_map_instance", Decimal(services))


PROMETHEUS = Pricer(frozenset({WORKSPACE}), _prometheus)
NAMES = Pricer(frozenset({NAMESPACE, NAMED_SERVICE}), _names)
