"""How the service is deployed, changed for one drill.

It is changed on the service itself: an update of the stack that does not mention a setting leaves it alone.
"""

from typing import Any

from sandbox.drills.stage import Stage


def bake(stage: Stage, minutes: int) -> None:
    """Have rollouts watched for so long after the old tasks are gone, until the drill has ended."""
    before = stage.workspace.environment.rollout.bake_minutes
    configure(stage, bakeTimeInMinutes=minutes)
    stage.cleaning(lambda: configure(stage, bakeTimeInMinutes=before))


def ignore_alarms(stage: Stage) -> None:
    """Have rollouts take no notice of alarms, until the drill has ended."""
    before = settings_of(stage)["alarms"]
    configure(stage, alarms=before | {"enable": False})
    stage.cleaning(lambda: configure(stage, alarms=before))


def configure(stage: Stage, **changes: object) -> None:
    """Change entries of the service's deploymentConfiguration, by their names in the ECS API."""
    status, changed = stage.status, settings_of(stage) | changes
    stage.client("ecs").update_service(cluster=status.cluster, service=status.service, deploymentConfiguration=changed)


def settings_of(stage: Stage) -> dict[str, Any]:
    """The service's deploymentConfiguration, as the ECS API names it."""
    status = stage.status
    (service,) = stage.client("ecs").describe_services(cluster=status.cluster, services=[status.service])["services"]
    settings: dict[str, Any] = service["deploymentConfiguration"]
    return settings
