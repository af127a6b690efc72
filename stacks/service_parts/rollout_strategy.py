"""From `[environments.NAME.rollout]` to the construct's words."""

from aws_cdk import Duration

from configuration.rollout import Rollout
from slipway_constructs.releases.rollout_strategy import BlueGreen, Canary, Linear, Rolling, RolloutStrategy


def strategy_of(rollout: Rollout) -> RolloutStrategy:
    """How the releases of that environment are rolled out."""
    bake_time = Duration.minutes(rollout.bake_minutes)
    match rollout.strategy:
        case "rolling":
            return Rolling(bake_time, failed_tasks=rollout.failed_tasks)
        case "blue_green":
            return BlueGreen(bake_time)
        case "canary":
            return Canary(bake_time, rollout.canary_percent, Duration.minutes(rollout.canary_minutes))
        case "linear":
            return Linear(bake_time, rollout.step_percent, Duration.minutes(rollout.step_minutes))
