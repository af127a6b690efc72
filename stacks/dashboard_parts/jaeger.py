"""Jaeger, which takes traces, keeps the newest and counts their spans."""

from aws_cdk import Duration
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct

from configuration import Environment
from configuration.telemetry import COLLECTOR_CPU, COLLECTOR_MEMORY
from configuration.types import Architecture
from slipway_constructs.networking.private_names import PrivateNames
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from slipway_constructs.services.collector import Collector, rendered
from slipway_constructs.services.single_task_service import SingleTaskService
from stacks.architectures import CPU_ARCHITECTURES
from stacks.retention import log_retention, removal_policy
from stacks.service_parts.collector import JAEGER, TRACES_PORT
from stacks.task_placement import TaskPlacement
from stacks.telemetry_images import collector_configuration, collector_image, telemetry_image

JAEGER_PORT = 16686
"""Of its pages: Jaeger's default."""

JAEGER_PATH = "/jaeger"
"""Below which its pages are: `base_path` in observability/jaeger/config.yaml."""

CPU, MEMORY = 256, 1024
"""Memory for 20,000 traces, the oldest of which go then: an estimate, not a measurement."""

COLLECTOR_HEALTH_PORT = 13134
"""Jaeger itself has the usual one."""

ADDRESS_TTL = Duration.seconds(10)
"""For so long its callers may look for a task that is gone; the collector tries again for a minute."""


def add_jaeger(
    scope: Construct,
    environment: Environment,
    *,
    architecture: Architecture,
    placement: TaskPlacement,
    prometheus: PrometheusWorkspace,
) -> SingleTaskService:
    """Create the service, with a name in the VPC; its task may write metrics."""
    jaeger = SingleTaskService(
        scope,
        "Jaeger",
        cluster=placement.cluster,
        service_name=f"slipway-{environment.name}-jaeger",
        subnets=placement.subnets,
        assign_public_ip=placement.public_addresses,
        image=telemetry_image(scope, "JaegerImage", folder="jaeger", architecture=architecture),
        container_name=JAEGER,
        cpu=CPU,
        memory_mib=MEMORY,
        architecture=CPU_ARCHITECTURES[architecture],
        ports=[JAEGER_PORT, TRACES_PORT],
        environment={},
        secrets={},
        scratch_paths=(),
        log_retention=log_retention(environment),
        log_removal_policy=removal_policy(environment),
        container_cpu=CPU - COLLECTOR_CPU,
        container_memory_mib=MEMORY - COLLECTOR_MEMORY,
    )
    _add_collector(scope, environment, jaeger, architecture=architecture, prometheus=prometheus)
    _name_in_private(scope, environment, jaeger, placement)
    return jaeger


def _add_collector(
    scope: Construct,
    environment: Environment,
    jaeger: SingleTaskService,
    *,
    architecture: Architecture,
    prometheus: PrometheusWorkspace,
) -> None:
    Collector(
        scope,
        "JaegerCollector",
        task=jaeger.definition,
        image=collector_image(scope, architecture),
        configuration=rendered(
            collector_configuration("jaeger"),
            REGION=environment.region,
            REMOTE_WRITE_URL=prometheus.remote_write_url,
        ),
        cpu=COLLECTOR_CPU,
        memory_mib=COLLECTOR_MEMORY,
        log_retention=log_retention(environment),
        log_removal_policy=removal_policy(environment),
        health_port=COLLECTOR_HEALTH_PORT,
    )
    prometheus.grant_write(jaeger.task_role)


def _name_in_private(
    scope: Construct, environment: Environment, jaeger: SingleTaskService, placement: TaskPlacement
) -> None:
    names = PrivateNames(scope, "Names", vpc=placement.cluster.vpc, domain=environment.private_domain)
    jaeger.service.enable_cloud_map(
        name=JAEGER,
        cloud_map_namespace=names.namespace,
        container=jaeger.container,
        dns_record_type=servicediscovery.DnsRecordType.A,
        dns_ttl=ADDRESS_TTL,
    )


def jaeger_url(environment: Environment) -> str:
    """Where Grafana asks it, within the VPC."""
    return f"http://{JAEGER}.{environment.private_domain}:{JAEGER_PORT}{JAEGER_PATH}"
