"""`[environments.NAME.tasks]` and its schedules: every rule, by the line that a user sees."""

from typing import Any

import pytest

from configuration.types import _time_zones
from tests.configuration.conftest import REMOVED, Problems, Read

DEV = "environments.dev"
TASKS = f"{DEV}.tasks"
NIGHT: dict[str, Any] = {"name": "night", "cron": "0 20 ? * MON-FRI *", "min": 0, "max": 0}
CRON = (
    "must be the six fields of an AWS cron expression, minutes, hours, day of the month, month, day of the week and "
    "year, such as '0 20 ? * MON-FRI *'"
)
EITHER_DAY = "must have ? as either day of the month or day of the week, as AWS asks for, such as '0 20 ? * MON-FRI *'"
ZONE = "must be a time zone of the IANA database such as 'Europe/Berlin'"


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("min", 0, "min: must be at least 1, is 0"),
        ("min", 1001, "min: must be at most 1000, is 1001"),
        ("max", 0, "max: must be at least 1, is 0"),
        ("max", 1001, "max: must be at most 1000, is 1001"),
        ("max", 1, "max: must be at least tasks.min (2), is 1"),
        ("cpu_percent", 0, "cpu_percent: must be at least 1, is 0"),
        ("cpu_percent", 101, "cpu_percent: must be at most 100, is 101"),
        ("memory_percent", 0, "memory_percent: must be at least 1, is 0"),
        ("memory_percent", 101, "memory_percent: must be at most 100, is 101"),
        ("requests_per_task", 0, "requests_per_task: must be at least 1, is 0"),
        ("spot_percent", -1, "spot_percent: must be at least 0, is -1"),
        ("spot_percent", 101, "spot_percent: must be at most 100, is 101"),
        ("schedules", NIGHT, "schedules: must be an array, is a table"),
    ],
)
def test_a_bad_value_is_one_line(key: str, value: object, line: str, problems: Problems) -> None:
    assert problems({f"{TASKS}.{key}": value}) == [f"slipway.toml: {TASKS}.{line}"]


def test_the_default_of_the_maximum_is_no_excuse(problems: Problems) -> None:
    assert problems({TASKS: {"min": 5}}) == [f"slipway.toml: {TASKS}.max: must be at least tasks.min (5), is 4"]


def test_as_many_tasks_at_least_as_at_most_are_accepted(problems: Problems) -> None:
    assert problems({TASKS: {"min": 1000, "max": 1000}}) == []


def test_a_bad_minimum_is_not_also_a_problem_of_the_maximum(problems: Problems) -> None:
    assert problems({f"{TASKS}.min": 5000}) == [f"slipway.toml: {TASKS}.min: must be at most 1000, is 5000"]


@pytest.mark.parametrize("environment", ["dev", "sandbox"])
def test_tasks_may_all_be_on_spot(environment: str, read: Read) -> None:
    assert read({f"environments.{environment}.tasks.spot_percent": 100}).environment(environment).tasks.spot_percent


@pytest.mark.parametrize("count", [1, 1000])
def test_the_number_of_tasks_may_be_fixed(count: int, read: Read) -> None:
    tasks = read({TASKS: {"count": count, "spot_percent": 50}}).environment("dev").tasks
    assert (tasks.count, tasks.spot_percent) == (count, 50)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"min": 1}, "min"),
        ({"max": 4}, "max"),  # also what would be the default
        ({"min": 5, "max": 9}, "min, max"),
        ({"min": 5}, "min"),  # more than the default of max: that is not the problem
        ({"cpu_percent": 60}, "cpu_percent"),
        ({"memory_percent": 75}, "memory_percent"),
        ({"requests_per_task": 600}, "requests_per_task"),
        ({"schedules": [NIGHT]}, "schedules"),
    ],
)
def test_a_fixed_number_of_tasks_is_not_scaled(given: dict[str, object], named: str, problems: Problems) -> None:
    assert problems({TASKS: {"count": 2} | given}) == [
        f"slipway.toml: {TASKS}.count: must not be given together with {named}: a fixed number of tasks is not scaled"
    ]


@pytest.mark.parametrize(("count", "wrong"), [(0, "must be at least 1, is 0"), (1001, "must be at most 1000, is 1001")])
def test_a_fixed_number_has_bounds_too(count: int, wrong: str, problems: Problems) -> None:
    assert problems({TASKS: {"count": count}}) == [f"slipway.toml: {TASKS}.count: {wrong}"]


@pytest.mark.parametrize("strategy", ["blue_green", "canary", "linear"])
def test_requests_do_not_scale_where_they_move_to_another_target_group(strategy: str, problems: Problems) -> None:
    rollout = {"strategy": strategy, "test_port": 9001}
    assert problems({f"{TASKS}.requests_per_task": 600}) == []
    assert problems({f"{TASKS}.requests_per_task": 600, f"{DEV}.rollout": rollout}) == [
        f"slipway.toml: {TASKS}.requests_per_task: must not be given with strategy {strategy!r}: every release moves "
        "the requests to another target group, and scaling counts those of one"
    ]


def test_what_is_left_out_has_a_default(read: Read) -> None:
    tasks = read({TASKS: REMOVED}).environment("dev").tasks
    assert (tasks.count, tasks.min, tasks.max) == (None, 1, 4)
    assert (tasks.cpu_percent, tasks.memory_percent, tasks.requests_per_task) == (60, 75, None)
    assert (tasks.spot_percent, tasks.schedules) == (0, ())


def test_schedules_change_the_bounds_by_the_clock(read: Read) -> None:
    morning = {"name": "morning", "cron": "0 7 ? * MON-FRI *", "time_zone": "Europe/Berlin", "min": 2, "max": 1000}
    night, day = read({f"{TASKS}.schedules": [NIGHT, morning]}).environment("dev").tasks.schedules
    assert (night.name, night.time_zone, night.min, night.max) == ("night", "UTC", 0, 0)
    assert (day.cron, day.time_zone, day.min, day.max) == ("0 7 ? * MON-FRI *", "Europe/Berlin", 2, 1000)


@pytest.mark.parametrize("key", NIGHT)
def test_a_schedule_is_described_completely(key: str, problems: Problems) -> None:
    schedule = {name: value for name, value in NIGHT.items() if name != key}
    assert problems({f"{TASKS}.schedules": [schedule]}) == [f"slipway.toml: {TASKS}.schedules[0].{key}: is required"]


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("name", "to zero", "must be a name of up to 40 letters, digits and hyphens, a letter first, is 'to zero'"),
        ("name", "Night", "must differ from the names before it, is 'Night'"),
        ("name", "n-ight", "must differ from the names before it, is 'n-ight'"),
        ("min", -1, "must be at least 0, is -1"),
        ("max", 1001, "must be at most 1000, is 1001"),
        ("time_zone", "Berlin", f"{ZONE}, is 'Berlin'; did you mean 'Europe/Berlin'?"),
        ("time_zone", "Europe/Berln", f"{ZONE}, is 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        ("time_zone", "Mars", f"{ZONE}, is 'Mars'"),
        ("time_zone", "../../etc/passwd", f"{ZONE}, is '../../etc/passwd'"),
        ("desired", 1, "is not known here; known are cron, max, min, name, time_zone"),
    ],
)
def test_a_bad_schedule_is_one_line(key: str, value: object, wrong: str, problems: Problems) -> None:
    schedules = [NIGHT, NIGHT | {"name": "other"} | {key: value}]
    assert problems({f"{TASKS}.schedules": schedules}) == [f"slipway.toml: {TASKS}.schedules[1].{key}: {wrong}"]


def test_a_schedule_keeps_its_bounds_in_order(problems: Problems) -> None:
    assert problems({f"{TASKS}.schedules": [NIGHT | {"min": 3, "max": 2}]}) == [
        f"slipway.toml: {TASKS}.schedules[0].max: must be at least its min (3), is 2"
    ]


@pytest.mark.parametrize(
    "cron",
    [
        "0 20 ? * MON-FRI *",
        "0/15 8-17 * * ? *",
        "30 6 1,15 1-6/2 ? 2027",
        "0 0 L * ? *",
        "0 0 31W JAN,JUL ? 2027-2030",
        "0 0 ? * 6#3 *",
        "0 0 ? * MON#1 *",
        "0 0 ? * 5L *",
        "0 0 ? * SUN,SAT *",
        "0 22-6 ? * * *",
    ],
)
def test_cron_is_as_aws_writes_it(cron: str, problems: Problems) -> None:
    assert problems({f"{TASKS}.schedules": [NIGHT | {"cron": cron}]}) == []


def test_spaces_in_cron_may_be_wide(read: Read) -> None:
    (schedule,) = (
        read({f"{TASKS}.schedules": [NIGHT | {"cron": " 0  20 ? *\tMON-FRI * "}]}).environment("dev").tasks.schedules
    )
    assert schedule.cron == "0 20 ? * MON-FRI *"


@pytest.mark.parametrize(
    ("cron", "wrong"),
    [
        ("0 20 * * 1-5", f"{CRON}, is '0 20 * * 1-5' with 5"),
        ("", f"{CRON}, is '' with 0"),
        ("0 0 20 ? * MON-FRI *", f"{CRON}, is '0 0 20 ? * MON-FRI *' with 7"),
        ("cron(0 20 ? * MON-FRI *)", "must have 0 to 59, or * as minutes, has 'cron(0'"),
        ("60 20 ? * MON-FRI *", "must have 0 to 59, or * as minutes, has '60'"),
        ("0,, 20 ? * MON-FRI *", "must have 0 to 59, or * as minutes, has '0,,'"),
        ("*/0 20 ? * MON-FRI *", "must have 0 to 59, or * as minutes, has '*/0'"),
        ("? 20 ? * MON-FRI *", "must have 0 to 59, or * as minutes, has '?'"),
        ("0 24 ? * MON-FRI *", "must have 0 to 23, or * as hours, has '24'"),
        ("0 8-17-20 ? * MON-FRI *", "must have 0 to 23, or * as hours, has '8-17-20'"),
        ("0 20 0 * ? *", "must have 1 to 31, * or ? as day of the month, has '0'"),
        ("0 20 32W * ? *", "must have 1 to 31, * or ? as day of the month, has '32W'"),
        ("0 20 1,? * ? *", "must have 1 to 31, * or ? as day of the month, has '1,?'"),
        ("0 20 ? 13 MON *", "must have 1 to 12 or JAN to DEC, or * as month, has '13'"),
        ("0 20 ? * 0-5 *", "must have 1 to 7 or SUN to SAT, * or ? as day of the week, has '0-5'"),
        ("0 20 ? * MONDAY *", "must have 1 to 7 or SUN to SAT, * or ? as day of the week, has 'MONDAY'"),
        ("0 20 ? * 1/2 *", "must have 1 to 7 or SUN to SAT, * or ? as day of the week, has '1/2'"),
        ("0 20 ? * 3#1,6#3 *", "must have 1 to 7 or SUN to SAT, * or ? as day of the week, has '3#1,6#3'"),
        ("0 20 ? * MON 1969", "must have 1970 to 2199, or * as year, has '1969'"),
        ("0 20 * * MON-FRI *", f"{EITHER_DAY}, is '0 20 * * MON-FRI *'"),
        ("0 20 ? * ? *", f"{EITHER_DAY}, is '0 20 ? * ? *'"),
    ],
)
def test_cron_as_aws_does_not_take_it_is_one_line(cron: str, wrong: str, problems: Problems) -> None:
    assert problems({f"{TASKS}.schedules": [NIGHT | {"cron": cron}]}) == [
        f"slipway.toml: {TASKS}.schedules[0].cron: {wrong}"
    ]


def test_where_the_machine_knows_no_time_zones_aws_is_to_judge(
    problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("configuration.types.available_timezones", set)
    _time_zones.cache_clear()
    try:
        assert problems({f"{TASKS}.schedules": [NIGHT | {"time_zone": "Europe/Berlin"}]}) == []
    finally:
        _time_zones.cache_clear()
