"""`slipway status` as text."""

from operations.status import Status


def lines(status: Status) -> list[str]:
    """One fact a line, at most 80 columns where the names allow it."""
    deployment = status.deployment
    facts = {
        "environment": status.environment,
        "cluster": status.cluster,
        "service": status.service,
        "image": status.image_tag or "unknown",
        "tasks": f"{status.running} of {status.desired} running",
        "deployment": f"{deployment.status} {deployment.id}",
        "reason": deployment.reason,
        "url": status.url,
    }
    width = max(len(name) for name in facts)
    return [f"{name:<{width}}  {value}" for name, value in facts.items() if value]
