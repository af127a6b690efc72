"""The names of the stacks: what the app deploys, and what `slipway` and the sandbox look for."""

IDENTITY = "slipway-identity"
REGISTRY = "slipway-registry"


def network(environment: str) -> str:
    """The stack of that environment's VPC."""
    return f"slipway-{environment}-network"


def telemetry(environment: str) -> str:
    """The stack of that environment's topics."""
    return f"slipway-{environment}-telemetry"


def service(environment: str) -> str:
    """The stack of that environment's cluster, load balancer and service."""
    return f"slipway-{environment}-service"


def observability(environment: str) -> str:
    """The stack of that environment's alarms and dashboard."""
    return f"slipway-{environment}-observability"
