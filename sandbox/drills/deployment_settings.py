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


def heed_alarms(stage: Stage, *, enable: bool = True) -> None:
    """Have rollouts rolled back by their alarms, until the drill has ended.

    Args:
        enable: False, not to have them rolled back by alarms.
    """
    before = settings_of(stage)["alarms"]
    configure(stage, alarms=before | {"enable": enable})
    stage.cleaning(lambda: configure(stage, alarms=before))


def ignore_alarms(stage: Stage) -> None:
    """Have rollouts take no notice of alarms, until the drill has ended."""
    heed_alarms(stage, enable=False)


def configure(stage: Stage, **changes: object) -> None:
    """Change entries of the service's deploymentConfiguration, by their names in the ECS API."""
    status, changed = stage.status, settings_of(stage) | changes
    stage.client("ecs").update_service(cluster=status.cluster, service=status.service, deploymentConfiguration=changed)


def settings_of(stage: Stage) -> dict[str, Any]:
    """The service's deploymentConfiguration, as the ECS API names it."""
    settings: dict[str, Any] = described(stage)["deploymentConfiguration"]
    return settings


def described(stage: Stage) -> dict[str, Any]:
    """The service, as DescribeServices tells of it."""
    status = stage.status
    service: dict[str, Any]
    (service,) = stage.client("ecs").describe_services(cluster=status.cluster, services=[status.service])["services"]
    return service
