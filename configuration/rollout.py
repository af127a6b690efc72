"""How a release replaces the tasks of an environment, and what rolls it back."""

from ipaddress import IPv4Network
from math import ceil
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from configuration.errors import KeyedValueError
from configuration.types import Ipv4Cidr, LambdaArn, Port, Section

Strategy = Literal["rolling", "blue_green", "canary", "linear"]

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
SHIFTING = STRATEGIES[1:]

# Keys that are not for every strategy. The circuit breaker is for rolling updates only: DeploymentCircuitBreaker in the
# Amazon ECS API reference; the others describe what only a shift of traffic has.
STRATEGIES_OF: dict[str, tuple[Strategy, ...]] = {
    "failed_tasks": ("rolling",),
    "canary_percent": ("canary",),
    "canary_minutes": ("canary",),
    "step_percent": ("linear",),
    "step_minutes": ("linear",),
    "test_port": SHIFTING,
    "test_cidrs": SHIFTING,
    "hook_lambda_arn": SHIFTING,
    "pause": SHIFTING,
    "pause_timeout_minutes": SHIFTING,
}

PRODUCTION_PORTS = (80, 443)

# CloudFormation takes no more for steps and bake time, and gives up on a service after that with its hooks
# ("AWS::ECS::Service", DeploymentConfiguration: canary and linear).
MAX_SHIFTING_MINUTES = 33 * 60
MAX_DEPLOYMENT_MINUTES = 36 * 60

Minutes = Annotated[int, Field(ge=0, le=1440)]
"""Of a bake time: DeploymentConfiguration in the Amazon ECS API reference."""


class Rollout(Section):
    """`[environments.NAME.rollout]`: how a release replaces the tasks, and what rolls it back.

    Attributes:
        strategy: `rolling` replaces tasks one after the other. The others start all new tasks beside the old ones and
            shift the traffic: `blue_green` at once, `canary` in two steps, `linear` in equal ones.
        failed_tasks: so many tasks that fail roll a rolling release back, also when others became healthy meanwhile.
            The deployment circuit breaker counts to 200 at most.
        bake_minutes: alarms are watched for so long after all tasks are healthy, or all traffic has shifted.
        error_count: responses with a 5xx status in a minute that roll back.
        error_percent: share of responses with a 5xx status, in a minute, that rolls back.
        minimum_requests: in a minute, below which no such share is computed. Counted for each target group: a first
            step of 5 % needs twenty times as many clients' requests before it says anything.
        p99_seconds: response time of the slowest hundredth that rolls back.
        canary_percent: share of traffic in the first step, in tenths of a percent; CanaryConfiguration in the Amazon
            ECS API reference.
        canary_minutes: how long the first step lasts.
        step_percent: share of traffic that each step adds, in tenths of a percent; LinearConfiguration likewise.
        step_minutes: how long a step lasts.
        test_port: of the second listener, which leads to the new tasks before clients' traffic does; required where
            traffic shifts.
        test_cidrs: who reaches the test port; omitted, the VPC only.
        hook_lambda_arn: a function that is asked after the test port leads to the new tasks; it lets them pass or
            rolls back.
        pause: at the same point, a human continues or rolls back.
        pause_timeout_minutes: after which a pause rolls back.
    """

    strategy: Strategy = "rolling"
    failed_tasks: int = Field(default=3, ge=1, le=200)
    bake_minutes: Minutes = 5
    error_count: int = Field(default=50, ge=1)
    error_percent: float = Field(default=5.0, gt=0, le=100, allow_inf_nan=False)
    minimum_requests: int = Field(default=100, ge=1)
    p99_seconds: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    canary_percent: float = Field(default=5.0, ge=0.1, le=100, allow_inf_nan=False)
    canary_minutes: Minutes = 10
    step_percent: float = Field(default=10.0, ge=3, le=100, allow_inf_nan=False)
    step_minutes: Minutes = 6
    test_port: Port | None = None
    test_cidrs: tuple[Ipv4Cidr, ...] = Field(default=(), strict=False)
    hook_lambda_arn: LambdaArn | None = None
    pause: bool = False
    pause_timeout_minutes: int = Field(default=1440, ge=1, le=20160)

    @field_validator(*STRATEGIES_OF)
    @classmethod
    def _only_what_the_strategy_uses(cls, value: object, info: ValidationInfo) -> object:
        """Called for what is given only, not for defaults."""
        strategy, used_by = info.data.get("strategy"), STRATEGIES_OF[str(info.field_name)]
        if value is not None and strategy and strategy not in used_by:
            raise ValueError(f"is for strategy {_or(used_by)}, not for {strategy!r}")
        return value

    @model_validator(mode="after")
    def _it_ends_before_cloudformation_gives_up(self) -> Self:
        steps = {"canary": self.canary_minutes, "linear": ceil(100 / self.step_percent) * self.step_minutes}
        shifting = steps.get(self.strategy, 0) + self.bake_minutes
        if shifting > MAX_SHIFTING_MINUTES:
            raise KeyedValueError(
                ("bake_minutes",),
                f"must leave steps and bake time together at most {MAX_SHIFTING_MINUTES} minutes, are {shifting}",
            )
        if self.pause and shifting + self.pause_timeout_minutes > MAX_DEPLOYMENT_MINUTES:
            raise KeyedValueError(
                ("pause_timeout_minutes",),
                f"must leave the pause, the steps and the bake time together at most {MAX_DEPLOYMENT_MINUTES} minutes, "
                f"are {shifting + self.pause_timeout_minutes}",
            )
        return self

    @field_validator("canary_percent", "step_percent")
    @classmethod
    def _shares_are_tenths_of_a_percent(cls, percent: float) -> float:
        if round(percent, 1) != percent:
            raise ValueError(f"must have at most one decimal, is {percent}")
        return percent

    @field_validator("test_port")
    @classmethod
    def _clients_have_ports_of_their_own(cls, port: int | None) -> int | None:
        if port in PRODUCTION_PORTS:
            raise ValueError(f"must not be 80 or 443, which clients use, is {port}")
        return port

    @field_validator("test_cidrs")
    @classmethod
    def _tests_are_not_for_the_world(cls, cidrs: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
        for index, cidr in enumerate(cidrs):
            if cidr.prefixlen == 0:
                raise KeyedValueError((index,), f"must not be the whole internet, is {str(cidr)!r}")
        return cidrs

    @model_validator(mode="after")
    def _new_tasks_are_tested_on_a_port(self) -> Self:
        if self.shifts_traffic and self.test_port is None:
            raise KeyedValueError(
                ("test_port",),
                f"is required by strategy {self.strategy!r}: the port of a second listener, such as 9001, on which new "
                "tasks are tested before clients reach them",
            )
        return self

    @model_validator(mode="after")
    def _either_a_function_or_a_human_decides(self) -> Self:
        if self.pause and self.hook_lambda_arn:
            raise KeyedValueError(("pause",), "must not be true together with hook_lambda_arn; give either")
        if not self.pause and "pause_timeout_minutes" in self.given:
            raise KeyedValueError(("pause_timeout_minutes",), "is only for pause = true")
        return self

    @property
    def shifts_traffic(self) -> bool:
        """Whether a release has target groups of its own, between which traffic is shifted."""
        return self.strategy in SHIFTING


def _or(names: tuple[str, ...]) -> str:
    *others, last = map(repr, names)
    return f"{', '.join(others)} or {last}" if others else last
