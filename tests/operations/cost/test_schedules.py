"""How many tasks are counted when the bounds of scaling change by the clock."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from operations.cost.cron import firings
from operations.cost.schedules import average_minimum

MARCH = date(2029, 3, 1)  # a Thursday


def days_of_march(expression: str) -> list[int]:
    return [moment.day for moment in firings(expression, UTC, MARCH, 31)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("1 * ?", [1]),
        ("? * MON", [5, 12, 19, 26]),
        ("? * 2", [5, 12, 19, 26]),  # Sunday is day 1
        ("? * SAT-SUN", [3, 4, 10, 11, 17, 18, 24, 25, 31]),  # over the end of a week
        ("? * THU#5", [29]),
        ("? * FRIL", [30]),
        ("? * L", [3, 10, 17, 24, 31]),
        ("L * ?", [31]),
        ("LW * ?", [30]),  # the 31st is a Saturday
        ("4W * ?", [5]),  # the 4th is a Sunday
        ("10W * ?", [9]),  # the 10th is a Saturday
        ("*/10 * ?", [1, 11, 21, 31]),
        ("5/10 * ?", [5, 15, 25]),
        ("10-20/5 * ?", [10, 15, 20]),
        ("30 JAN-MAR ?", [30]),
        ("30 4,5 ?", []),
    ],
)
def test_days_are_matched_as_aws_describes_them(days: str, expected: list[int]) -> None:
    assert days_of_march(f"0 12 {days} *") == expected


def test_a_weekday_nearest_to_the_first_is_never_in_the_month_before() -> None:
    september = firings("0 0 1W * ? *", UTC, date(2029, 9, 1), 30)  # the 1st is a Saturday
    assert [moment.day for moment in september] == [3]


def test_every_hour_and_minute_of_a_list_is_a_moment_of_its_own() -> None:
    moments = firings("0,30 8-9 ? * * *", ZoneInfo("Europe/Berlin"), MARCH, 1)
    assert [moment.astimezone(UTC).strftime("%H:%M") for moment in moments] == ["07:00", "07:30", "08:00", "08:30"]


def test_a_schedule_of_one_year_only_is_over_in_the_others() -> None:
    assert list(firings("0 0 1 1 ? 2026", UTC, date(2029, 1, 1), 365)) == []


def test_what_has_not_six_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="has 5 fields instead of 6"):
        list(firings("0 20 * * 1-5", UTC, MARCH, 1))


def bounds(minimum: int, *actions: tuple[str, int], zone: str = "UTC") -> dict[str, Any]:
    return {
        "MinCapacity": minimum,
        "ScheduledActions": [
            {
                "Schedule": schedule,
                "Timezone": zone,
                "ScalableTargetAction": {"MinCapacity": minimum, "MaxCapacity": minimum},
            }
            for schedule, minimum in actions
        ],
    }


def test_without_schedules_the_lower_bound_runs_all_the_time() -> None:
    assert average_minimum({"MinCapacity": 3, "MaxCapacity": 9}) == 3


def test_nothing_at_night_leaves_the_hours_of_the_day() -> None:
    target = bounds(1, ("cron(0 20 ? * * *)", 0), ("cron(0 6 ? * * *)", 1))
    assert average_minimum(target) == Decimal(14) / 24


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_workdays_only_leave_70_hours_of_a_week_in_any_zone(zone: str) -> None:
    target = bounds(1, ("cron(0 20 ? * MON-FRI *)", 0), ("cron(0 6 ? * MON-FRI *)", 1), zone=zone)
    assert float(average_minimum(target)) == pytest.approx(5 * 14 / 168, abs=1e-9)


def test_more_tasks_in_the_busy_hours_count_as_long_as_they_run() -> None:
    target = bounds(2, ("cron(0 8 ? * * *)", 6), ("cron(0 14 ? * * *)", 2))
    assert average_minimum(target) == Decimal(6 * 6 + 18 * 2) / 24


def test_a_year_begins_as_the_one_before_ended() -> None:
    target = bounds(1, ("cron(0 0 1 7 ? *)", 0))  # there is nothing that would start them again
    assert average_minimum(target) == 0


def test_what_happens_once_or_leaves_the_lower_bound_alone_does_not_count() -> None:
    target = bounds(2, ("at(2029-02-01T00:00:00)", 0), ("rate(1 day)", 0), ("cron(0 0 1 1 ? 2026)", 0))
    target["ScheduledActions"].append({"Schedule": "cron(0 0 ? * * *)", "ScalableTargetAction": {"MaxCapacity": 9}})
    assert average_minimum(target) == 2


def test_the_clock_of_a_schedule_without_a_zone_is_utc() -> None:
    target = bounds(1, ("cron(0 12 31 12 ? *)", 0), ("cron(0 0 1 1 ? *)", 1))
    for action in target["ScheduledActions"]:
        del action["Timezone"]
    # 2029-12-31 is outside of the 52 weeks that are looked at.
    assert average_minimum(target) == 1
    assert datetime(2029, 12, 31, tzinfo=UTC).weekday() == 0
