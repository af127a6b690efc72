"""How the tasks of a release take the place of those before it, and when that is undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs


class RolloutStrategy(Protocol):
    """What a service is told about its rollouts, beyond what is the same in all of them."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Arguments of `aws_ecs.FargateService`."""
        ...

    @property
    def overrides(self) -> Mapping[str, Any]:
        """Properties of the resource that `aws_ecs.FargateService` has no argument for, by path."""
        ...


@dataclass(frozen=True)
class Rolling:
    """New tasks join the old ones in one target group, and each old one leaves when a new one is healthy.

    Attributes:
        bake_time: for which the deployment alarms are watched after the last old task is gone.
        failed_tasks: after so many tasks that did not start or did not stay healthy, all counted, the rollout is
            undone. ECS's own default is half of the tasks, at least 3, and forgets them as soon as one task becomes
            healthy: a release that starts well and then crashes would never trip it ("How the Amazon ECS deployment
            circuit breaker detects failures").
    """

    bake_time: Duration
    failed_tasks: int

    @property
    def options(self) -> Mapping[str, Any]:
        """Arguments of `aws_ecs.FargateService`."""
        return {"deployment_strategy": ecs.DeploymentStrategy.ROLLING, "bake_time": self.bake_time}

    @property
    def overrides(self) -> Mapping[str, Any]:
        """Properties of the resource that `aws_ecs.FargateService` has no argument for, by path."""
        breaker = "DeploymentConfiguration.DeploymentCircuitBreaker"
        return {
            f"{breaker}.ThresholdConfiguration": {"Type": "COUNT", "Value": self.failed_tasks},
            f"{breaker}.ResetOnHealthyTask": False,
        }


@dataclass(frozen=True)
class _Shifting:
    """What blue/green, canary and linear share.

    Attributes:
        bake_time: for which the old tasks stay after all traffic has gone over, so that a rollback takes seconds.
    """

    bake_time: Duration

    @property
    def overrides(self) -> Mapping[str, Any]:
        """None: the threshold of the circuit breaker is documented for rolling updates only."""
        return {}


@dataclass(frozen=True)
class BlueGreen(_Shifting):
    """All new tasks start beside the old ones; then all traffic goes over to them at once."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Arguments of `aws_ecs.FargateService`."""
        return {"deployment_strategy": ecs.DeploymentStrategy.BLUE_GREEN, "bake_time": self.bake_time}


@dataclass(frozen=True)
class Canary(_Shifting):
    """As `BlueGreen`, but first a small share of the traffic goes over, and the rest after a while.

    Attributes:
        percent: of the traffic in the first step.
        step_time: how long the first step lasts.
    """

    percent: float
    step_time: Duration

    @property
    def options(self) -> Mapping[str, Any]:
        """Arguments of `aws_ecs.FargateService`."""
        return {
            "deployment_strategy": ecs.DeploymentStrategy.CANARY,
            "bake_time": self.bake_time,
            "canary_configuration": ecs.TrafficShiftConfig(step_percent=self.percent, step_bake_time=self.step_time),
        }


@dataclass(frozen=True)
class Linear(_Shifting):
    """As `BlueGreen`, but the traffic goes over in equal steps.

    Attributes:
        percent: of the traffic in each step.
        step_time: between two steps.
    """

    percent: float
    step_time: Duration

    @property
    def options(self) -> Mapping[str, Any]:
        """Arguments of `aws_ecs.FargateService`."""
        return {
            "deployment_strategy": ecs.DeploymentStrategy.LINEAR,
            "bake_time": self.bake_time,
            "linear_configuration": ecs.TrafficShiftConfig(step_percent=self.percent, step_bake_time=self.step_time),
        }
