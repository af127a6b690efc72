"""When a target or a container counts as healthy, check by check."""

import pytest

from sandbox.emulator.ecs.tasks import container_health
from sandbox.emulator.load_balancing import target_health

FAILURE = ("Target.FailedHealthChecks", "Health checks failed")
SETTINGS = {"HealthyThresholdCount": 3, "UnhealthyThresholdCount": 2}


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        ("+", "healthy"),
        ("-+", "initial healthy"),
        ("--+++", "initial unhealthy unhealthy unhealthy healthy"),
        ("--++-+++", "initial unhealthy unhealthy unhealthy unhealthy unhealthy unhealthy healthy"),
        ("+-+--", "healthy healthy healthy healthy unhealthy"),
    ],
)
def test_a_new_target_needs_one_good_check_and_any_other_change_as_many_as_its_threshold(
    answers: str, states: str
) -> None:
    check, seen = target_health.Check("group", "10.0.0.1", 8000), []
    for answer in answers:
        if answer == "+":
            check.passes(SETTINGS)
        else:
            check.fails(FAILURE, SETTINGS)
        seen.append(check.state)
    assert " ".join(seen) == states


def test_a_target_tells_why_it_is_unhealthy_and_nothing_once_it_is_healthy() -> None:
    check = target_health.Check("group", "10.0.0.1", 8000)
    assert check.reason == "Elb.InitialHealthChecks"
    for _ in range(2):
        check.fails(FAILURE, SETTINGS)
    assert (check.reason, check.description) == FAILURE
    for _ in range(3):
        check.passes(SETTINGS)
    assert (check.reason, check.description) == ("", "")


@pytest.mark.parametrize(
    ("results", "statuses"),
    [
        ("+", "HEALTHY"),
        ("--", "UNKNOWN UNHEALTHY"),
        ("s-s-s-+", "UNKNOWN UNKNOWN UNKNOWN HEALTHY"),
        ("s-s---", "UNKNOWN UNKNOWN UNKNOWN UNHEALTHY"),
        ("s+s-s-", "HEALTHY HEALTHY UNHEALTHY"),
        ("+--+", "HEALTHY HEALTHY UNHEALTHY HEALTHY"),
    ],
)
def test_failures_of_a_container_count_in_a_row_and_not_before_its_start_period_is_over(
    results: str, statuses: str
) -> None:
    check, seen = container_health.Check(), []
    for in_start_period, result in _split(results):
        check.told(good=result == "+", in_start_period=in_start_period, retries=2)
        seen.append(check.status)
    assert " ".join(seen) == statuses


def _split(results: str) -> list[tuple[bool, str]]:
    """Return each result and whether it stands after an `s`, which is for the start period."""
    marked = [(index > 0 and results[index - 1] == "s", each) for index, each in enumerate(results)]
    return [(in_period, each) for in_period, each in marked if each != "s"]
