"""How many tasks an environment runs, when, and on which capacity."""

from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from configuration.cron import CronExpression
from configuration.errors import KeyedValueError
from configuration.types import ActionName, Section, TimeZone

OF_SCALING = ("min", "max", "cpu_percent", "memory_percent", "requests_per_task", "schedules")
"""The keys of `[environments.NAME.tasks]` that a fixed number of tasks leaves nothing to do."""


class Schedule(Section):
    """`[[environments.NAME.tasks.schedules]]`: other bounds from a time on, until another schedule changes them.

    Attributes:
        cron: the six fields of an AWS cron expression: minutes, hours, day of the month, month, day of the week, year.
        time_zone: of the IANA database.
        min: how many tasks run at least from then on; it may be none.
        max: how many at most.
    """

    name: ActionName
    cron: CronExpression
    time_zone: TimeZone = "UTC"
    min: int = Field(ge=0, le=1000)
    max: int = Field(ge=0, le=1000)

    @field_validator("max")
    @classmethod
    def _max_is_at_least_min(cls, value: int, info: ValidationInfo) -> int:
        minimum = info.data.get("min", 0)
        if value < minimum:
            raise ValueError(f"must be at least its min ({minimum}), is {value}")
        return value


class Tasks(Section):
    """`[environments.NAME.tasks]`: how many tasks run, as scaling decides or fixed.

    Attributes:
        count: a fixed number instead of scaling; omitted, scaling decides between min and max.
        min: how many tasks run at least.
        max: how many at most.
        cpu_percent: of the CPU, which scaling keeps to.
        memory_percent: of the memory, likewise.
        requests_per_task: in a minute, likewise; omitted, requests do not scale. For strategy `rolling` only.
        spot_percent: share of the tasks beyond the first one that run on Fargate Spot, which AWS may stop with two
            minutes' notice; 100 is all of them.
        schedules: bounds that change by the clock, such as to zero at night.
    """

    count: int | None = Field(default=None, ge=1, le=1000)
    min: int = Field(default=1, ge=1, le=1000)
    max: int = Field(default=4, ge=1, le=1000, validate_default=True)
    cpu_percent: int = Field(default=60, ge=1, le=100)
    memory_percent: int = Field(default=75, ge=1, le=100)
    requests_per_task: int | None = Field(default=None, ge=1)
    spot_percent: int = Field(default=0, ge=0, le=100)
    schedules: tuple[Schedule, ...] = Field(default=(), strict=False)

    @property
    def stops_by_schedule(self) -> bool:
        """Whether a schedule lets no task run at times."""
        return any(schedule.max == 0 for schedule in self.schedules)

    @field_validator("max")
    @classmethod
    def _max_is_at_least_min(cls, value: int, info: ValidationInfo) -> int:
        minimum = info.data.get("min", 1)
        if value < minimum and info.data.get("count") is None:
            raise ValueError(f"must be at least tasks.min ({minimum}), is {value}")
        return value

    @field_validator("schedules")
    @classmethod
    def _schedules_are_told_apart(cls, schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
        seen: set[str] = set()
        for index, name in enumerate(schedule.name for schedule in schedules):
            plain = name.replace("-", "").lower()
            if plain in seen:
                raise KeyedValueError((index, "name"), f"must differ from the names before it, is {name!r}")
            seen.add(plain)
        return schedules

    @model_validator(mode="after")
    def _a_fixed_number_is_not_scaled(self) -> Self:
        given = [key for key in OF_SCALING if key in self.given]
        if self.count is not None and given:
            raise KeyedValueError(
                ("count",), f"must not be given together with {', '.join(given)}: a fixed number of tasks is not scaled"
            )
        return self
