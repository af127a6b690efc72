"""Grafana, which shows the metrics and leads to the traces."""

from dataclasses import dataclass

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from configuration import Environment
from configuration.types import Architecture
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from slipway_constructs.services.single_task_service import SingleTaskService
from stacks.architectures import CPU_ARCHITECTURES
from stacks.retention import log_retention, removal_policy
from stacks.task_placement import TaskPlacement
from stacks.telemetry_images import telemetry_image

GRAFANA_PORT = 3000
"""Grafana's default."""

GRAFANA_HEALTH = "/api/health"

CPU, MEMORY = 256, 512
"""The smallest task there is."""

SCRATCH_PATHS = ("/var/lib/grafana", "/tmp")  # noqa: S108 - its database and plugins' sockets; volumes of the image

SETTINGS = {
    # Nobody reaches it but by way of the load balancer, where they have signed in: whoever comes may look. The load
    # balancer does say who they are, but in a form whose keys Grafana cannot fetch (PEM, where it reads JWKS), and a
    # header that is believed without them would be a password that everybody in the VPC knows.
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
    "GF_AUTH_SIGV4_AUTH_ENABLED": "true",
    "GF_AWS_ALLOWED_AUTH_PROVIDERS": "default",
    "GF_SECURITY_COOKIE_SECURE": "true",
    "GF_SECURITY_STRICT_TRANSPORT_SECURITY": "true",
    "GF_USERS_ALLOW_SIGN_UP": "false",
    "GF_LOG_MODE": "console",
    "GF_LOG_CONSOLE_FORMAT": "json",
}


@dataclass(frozen=True)
class DataSources:
    """What Grafana reads.

    Attributes:
        traces_url: of Jaeger, with its base path.
    """

    prometheus: PrometheusWorkspace
    traces_url: str


def add_grafana(
    scope: Construct,
    environment: Environment,
    *,
    domain: str,
    architecture: Architecture,
    placement: TaskPlacement,
    sources: DataSources,
) -> SingleTaskService:
    """Create the service; its task may read metrics."""
    password = _admin_password(scope, environment)
    grafana = SingleTaskService(
        scope,
        "Grafana",
        cluster=placement.cluster,
        service_name=f"slipway-{environment.name}-grafana",
        subnets=placement.subnets,
        assign_public_ip=placement.public_addresses,
        image=telemetry_image(scope, "GrafanaImage", folder="grafana", architecture=architecture, exclude=["*.py"]),
        container_name="grafana",
        cpu=CPU,
        memory_mib=MEMORY,
        architecture=CPU_ARCHITECTURES[architecture],
        ports=[GRAFANA_PORT],
        environment={
            **SETTINGS,
            "GF_SERVER_ROOT_URL": f"https://{domain}/",
            "AWS_REGION": environment.region,
            "METRICS_URL": sources.prometheus.url,
            "TRACES_URL": sources.traces_url,
        },
        secrets={"GF_SECURITY_ADMIN_PASSWORD": ecs.Secret.from_secrets_manager(password)},
        scratch_paths=SCRATCH_PATHS,
        log_retention=log_retention(environment),
        log_removal_policy=removal_policy(environment),
    )
    sources.prometheus.grant_query(grafana.task_role)
    return grafana


def _admin_password(scope: Construct, environment: Environment) -> secretsmanager.Secret:
    # By a name of its own: one that CloudFormation makes up does not begin with what roles may read.
    secret = secretsmanager.Secret(
        scope,
        "GrafanaPassword",
        secret_name=f"slipway-{environment.name}-grafana",
        description=f"Of the user admin of Grafana in {environment.name}.",
        generate_secret_string=secretsmanager.SecretStringGenerator(password_length=32, exclude_punctuation=True),
    )
    for finding in ("AwsSolutions-SMG4", "NIST.800.53.R5-SecretsManagerRotationEnabled"):
        acknowledge(
            secret,
            finding,
            "Grafana takes the password when its task starts. Who has it must have signed in before, and can change "
            "nothing that outlasts the task.",
        )
    for finding in ("NIST.800.53.R5-SecretsManagerUsingKMSKey", "Checkov::CKV_AWS_149"):
        acknowledge(secret, finding, "Secrets Manager encrypts every secret, also with the account's key of its own.")
    return secret
