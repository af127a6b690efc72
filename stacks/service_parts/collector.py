"""The collector beside the service, and what the service is told of it."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from configuration import Environment
from configuration.telemetry import COLLECTOR_CPU, COLLECTOR_MEMORY
from configuration.types import Architecture
from slipway_constructs.acknowledgements import acknowledge, acknowledge_inline_policies
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from slipway_constructs.services.collector import TRACES_URL, Collector, rendered
from slipway_constructs.services.service_task import ServiceTask
from stacks.retention import log_retention, removal_policy
from stacks.telemetry_images import collector_configuration, collector_image

JAEGER = "jaeger"
"""Its name below the environment's private domain."""

TRACES_PORT = 4318
"""Of OTLP over HTTP."""


def service_cpu(environment: Environment) -> int | None:
    """CPU units that are the service's own; None sets nothing aside, as nobody else is in the task.

    Without a share of its own the service would get next to nothing beside a collector that has one.
    """
    return environment.task.cpu - COLLECTOR_CPU if environment.collects_telemetry else None


def telemetry_variables(environment: Environment, image_tag: str) -> dict[str, str]:
    """What tells the service to trace; none where traces are not collected."""
    if not environment.collects_telemetry:
        return {}
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": TRACES_URL,
        "OTEL_TRACES_SAMPLER_ARG": f"{environment.tracing.sample_percent / 100:.12g}",
        "OTEL_SERVICE_NAME": environment.service_name,
        "OTEL_RESOURCE_ATTRIBUTES": f"deployment.environment.name={environment.name},service.version={image_tag}",
    }


def add_collector(
    stack: Stack,
    environment: Environment,
    *,
    task: ServiceTask,
    architecture: Architecture,
    prometheus: PrometheusWorkspace,
) -> None:
    """Add it to the task of that service."""
    xray = environment.tracing.xray
    collector = Collector(
        stack,
        "Collector",
        task=task.definition,
        image=collector_image(stack, architecture),
        configuration=rendered(
            collector_configuration("service"),
            REGION=environment.region,
            PORT=str(environment.task.port),
            REMOTE_WRITE_URL=prometheus.remote_write_url,
            JAEGER_URL=f"http://{JAEGER}.{environment.private_domain}:{TRACES_PORT}",
            EXTENSIONS=", ".join(["health_check", "sigv4auth/metrics", *(["sigv4auth/traces"] if xray else [])]),
            TRACE_EXPORTERS=", ".join(["otlp_http/jaeger", *(["otlp_http/xray"] if xray else [])]),
        ),
        cpu=COLLECTOR_CPU,
        memory_mib=COLLECTOR_MEMORY,
        log_retention=log_retention(environment),
        log_removal_policy=removal_policy(environment),
    )
    collector.outlive(task.container)
    prometheus.grant_write(task.task_role)
    acknowledge_inline_policies(task.task_role)
    if xray:
        # "OTLP Endpoints", Amazon CloudWatch User Guide; AWS takes only * for them.
        task.task_role.add_to_policy(
            iam.PolicyStatement(actions=["xray:PutSpans", "xray:PutSpansForIndexing"], resources=["*"])
        )
        acknowledge(
            task.task_role,
            "AwsSolutions-IAM5[Resource::*]",
            "What writes spans to X-Ray has no resource type: AWS takes only * for it.",
        )
