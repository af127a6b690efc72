"""The names of the stacks: what the app deploys, and what `slipway` and the sandbox look for."""

IDENTITY = "slipway-identity"
REGISTRY = "slipway-registry"


def network(environment: str) -> str:
    """The stack of that environment's VPC."""
    return f"slipway-{environment}-network"


def telemetry(environment: str) -> str:
    """The stack of that environment's topics."""
    return f"slipway-{environment}-telemetry"


def prometheus(environment: str) -> str:
    """The stack of that environment's metrics, their rules and the alert manager."""
    return f"slipway-{environment}-prometheus"


def service(environment: str) -> str:
    """The stack of that environment's cluster, load balancer and service."""
    return f"slipway-{environment}-service"


def dashboards(environment: str) -> str:
    """The stack of that environment's Grafana and Jaeger."""
    return f"slipway-{environment}-dashboards"


def observability(environment: str) -> str:
    """The stack of that environment's alarms and dashboard."""
    return f"slipway-{environment}-observability"


def of_environment(environment: str) -> tuple[str, ...]:
    """The stacks that an environment may have, in the order in which they refer to each other.

    One with an existing VPC has none for the network; those for Prometheus and dashboards come with full telemetry.
    """
    kinds = (network, telemetry, prometheus, service, dashboards, observability)
    return tuple(kind(environment) for kind in kinds)


def beside_the_service(environment: str, *, collects_telemetry: bool) -> tuple[str, ...]:
    """The environment's other stacks than that of the service: what a release leaves alone.

    Args:
        collects_telemetry: whether it has those for Prometheus and dashboards.
    """
    optional = () if collects_telemetry else (prometheus(environment), dashboards(environment))
    return tuple(name for name in of_environment(environment) if name not in (service(environment), *optional))


BUILD_ROLE_OUTPUT = "BuildRoleArn"
"""Of the identity stack in the registry's account."""

DIFF_ROLE_OUTPUT = "DiffRoleArn"
"""Of every identity stack."""

DRIFT_ROLE_OUTPUT = "DriftRoleArn"
"""Likewise."""

REPOSITORY_OUTPUT = "RepositoryUri"
"""Of the registry stack."""


def deploy_role_output(environment: str) -> str:
    """The output of the identity stack with the ARN of that environment's deploy role."""
    words = environment.split("-")
    return f"DeployRole{''.join(word[:1].upper() + word[1:] for word in words)}Arn"


def release_parameter(environment: str) -> str:
    """The SSM parameter that says which image tag was released; its history is that of the releases."""
    return f"/slipway/{environment}/release"
