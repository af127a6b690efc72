"""How a service is set up, so that no drill leaves the next one another service than it found."""

from sandbox.drills.deployment_settings import described
from sandbox.drills.stage import Stage


def condition(stage: Stage) -> dict[str, str]:
    """What a drill has to leave as it was, in words."""
    service, status = described(stage), stage.status
    names = ("desiredCount", "healthCheckGracePeriodSeconds", "deploymentConfiguration", "availabilityZoneRebalancing")
    return {
        "image": status.image_tag,
        **{name: str(service.get(name)) for name in names},
        **{f"alarm {alarm.name}": "ALARM" for alarm in status.alarms if alarm.state == "ALARM"},
    }


def changed(stage: Stage, before: dict[str, str]) -> list[str]:
    """What is not as it was; an alarm that fires no longer is no matter."""
    now = condition(stage)
    return [
        f"{name}: {now[name]}, was {before.get(name, 'otherwise')}" for name in now if now[name] != before.get(name)
    ]
