"""`[environments.NAME.rollout]`: every rule, by the line that a user sees."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from configuration.rollout import SHIFTING, STRATEGIES, STRATEGIES_OF
from tests.configuration.conftest import Problems, Read

DEV = "environments.dev"
ROLLOUT = f"{DEV}.rollout"
HOOK = "arn:aws:lambda:eu-west-1:111111111111:function:smoke-test"

TABLES: dict[str, dict[str, Any]] = {
    "rolling": {},
    **{strategy: {"strategy": strategy, "test_port": 9001} for strategy in SHIFTING},
}
"""The shortest table of each strategy."""

SOME: dict[str, Any] = {
    "failed_tasks": 3,
    "canary_percent": 5,
    "canary_minutes": 10,
    "step_percent": 10,
    "step_minutes": 6,
    "test_port": 9001,
    "test_cidrs": ["10.0.0.0/8"],
    "hook_lambda_arn": HOOK,
    "pause": True,
    "pause_timeout_minutes": 60,
}
"""A value for each key that is not for every strategy; some are the defaults, which may be written down likewise."""


def test_there_is_a_value_for_every_key_that_is_not_for_every_strategy() -> None:
    assert SOME.keys() == STRATEGIES_OF.keys()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_shortest_table_of_a_strategy_is_enough(strategy: str, read: Read) -> None:
    rollout = read({ROLLOUT: TABLES[strategy]}).environment("dev").rollout
    assert (rollout.strategy, rollout.shifts_traffic) == (strategy, strategy != "rolling")


@pytest.mark.parametrize("strategy", SHIFTING)
def test_a_shift_of_traffic_needs_a_test_port(strategy: str, problems: Problems) -> None:
    assert problems({ROLLOUT: {"strategy": strategy}}) == [
        f"slipway.toml: {ROLLOUT}.test_port: is required by strategy {strategy!r}: the port of a second listener, such "
        "as 9001, on which new tasks are tested before clients reach them"
    ]


@pytest.mark.parametrize("key", SOME)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_key_of_another_strategy_is_one_line(strategy: str, key: str, problems: Problems) -> None:
    needed = {"pause": True} if key == "pause_timeout_minutes" and strategy != "rolling" else {}
    told = problems({ROLLOUT: TABLES[strategy] | needed | {key: SOME[key]}})
    if strategy in STRATEGIES_OF[key]:
        assert told == []
    else:
        of = {1: repr(STRATEGIES_OF[key][0]), 3: "'blue_green', 'canary' or 'linear'"}[len(STRATEGIES_OF[key])]
        assert told == [f"slipway.toml: {ROLLOUT}.{key}: is for strategy {of}, not for {strategy!r}"]


def test_every_key_of_another_strategy_is_told(problems: Problems) -> None:
    assert len(problems({ROLLOUT: {"strategy": "rolling", **SOME}})) == len(SOME) - 1


def test_an_unknown_strategy_is_not_also_a_problem_of_its_keys(problems: Problems) -> None:
    assert problems({ROLLOUT: {"strategy": "bluegreen", "test_port": 9001}}) == [
        f"slipway.toml: {ROLLOUT}.strategy: must be 'rolling', 'blue_green', 'canary' or 'linear', is 'bluegreen'"
    ]


@pytest.mark.parametrize(
    ("strategy", "key", "value", "wrong"),
    [
        ("rolling", "failed_tasks", 0, "must be at least 1, is 0"),
        ("rolling", "failed_tasks", 201, "must be at most 200, is 201"),
        ("rolling", "bake_minutes", -1, "must be at least 0, is -1"),
        ("rolling", "bake_minutes", 1441, "must be at most 1440, is 1441"),
        ("rolling", "bake_minutes", 2.5, "must be an integer, is 2.5"),
        ("rolling", "error_count", 0, "must be at least 1, is 0"),
        ("rolling", "error_percent", 0, "must be more than 0, is 0"),
        ("rolling", "error_percent", 100.1, "must be at most 100, is 100.1"),
        ("rolling", "error_percent", "5", "must be a number, is '5'"),
        ("rolling", "error_percent", True, "must be a number, is true"),
        ("rolling", "error_percent", float("nan"), "must be a finite number, is nan"),
        ("rolling", "minimum_requests", 0, "must be at least 1, is 0"),
        ("rolling", "p99_seconds", 0.0, "must be more than 0, is 0.0"),
        ("rolling", "p99_seconds", float("inf"), "must be a finite number, is inf"),
        ("canary", "canary_percent", 0, "must be at least 0.1, is 0"),
        ("canary", "canary_percent", 100.5, "must be at most 100, is 100.5"),
        ("canary", "canary_percent", 2.25, "must have at most one decimal, is 2.25"),
        ("canary", "canary_minutes", 1441, "must be at most 1440, is 1441"),
        ("linear", "step_percent", 2.9, "must be at least 3, is 2.9"),
        ("linear", "step_percent", 101, "must be at most 100, is 101"),
        ("linear", "step_percent", 33.33, "must have at most one decimal, is 33.33"),
        ("linear", "step_minutes", -1, "must be at least 0, is -1"),
        ("blue_green", "test_port", 0, "must be at least 1, is 0"),
        ("blue_green", "test_port", 443, "must not be 80 or 443, which clients use, is 443"),
        ("blue_green", "test_port", 80, "must not be 80 or 443, which clients use, is 80"),
        (
            "blue_green",
            "hook_lambda_arn",
            "smoke-test",
            "must be the ARN of a Lambda function such as 'arn:aws:lambda:REGION:ACCOUNT:function:NAME', "
            "is 'smoke-test'",
        ),
        (
            "blue_green",
            "hook_lambda_arn",
            HOOK.replace("eu-west-1", "us-east-1"),
            "must be in region eu-west-1, is in us-east-1",
        ),
        (
            "blue_green",
            "hook_lambda_arn",
            HOOK.replace("1" * 12, "2" * 12),
            "must be in account 111111111111, is in 222222222222",
        ),
        ("blue_green", "pause_timeout_minutes", 60, "is only for pause = true"),
        ("blue_green", "pause_timeout_minutes", 0, "must be at least 1, is 0"),
        ("blue_green", "pause_timeout_minutes", 20_161, "must be at most 20160, is 20161"),
    ],
)
def test_a_bad_value_is_one_line(strategy: str, key: str, value: object, wrong: str, problems: Problems) -> None:
    assert problems({ROLLOUT: TABLES[strategy] | {key: value}}) == [f"slipway.toml: {ROLLOUT}.{key}: {wrong}"]


@pytest.mark.parametrize(
    ("cidr", "wrong"),
    [
        ("0.0.0.0/0", "must not be the whole internet, is '0.0.0.0/0'"),
        ("203.0.113.7", "must be an IPv4 network such as '10.10.0.0/16', is '203.0.113.7'"),
    ],
)
def test_the_test_port_is_for_some_only(cidr: str, wrong: str, problems: Problems) -> None:
    assert problems({ROLLOUT: TABLES["canary"] | {"test_cidrs": ["10.0.0.0/8", cidr]}}) == [
        f"slipway.toml: {ROLLOUT}.test_cidrs[1]: {wrong}"
    ]


@pytest.mark.parametrize("strategy", SHIFTING)
def test_either_a_function_or_a_human_lets_a_release_pass(strategy: str, problems: Problems) -> None:
    assert problems({ROLLOUT: TABLES[strategy] | {"hook_lambda_arn": HOOK, "pause": False}}) == []
    assert problems({ROLLOUT: TABLES[strategy] | {"hook_lambda_arn": f"{HOOK}:live"}}) == []
    assert problems({ROLLOUT: TABLES[strategy] | {"hook_lambda_arn": HOOK, "pause": True}}) == [
        f"slipway.toml: {ROLLOUT}.pause: must not be true together with hook_lambda_arn; give either"
    ]


@pytest.mark.parametrize(
    ("strategy", "table"),
    [
        ("rolling", {"failed_tasks": 1, "bake_minutes": 0, "error_count": 1, "error_percent": 0.1}),
        ("rolling", {"failed_tasks": 200, "bake_minutes": 1440, "error_percent": 100, "p99_seconds": 0.05}),
        ("canary", {"canary_percent": 0.1, "canary_minutes": 0}),
        ("canary", {"canary_percent": 100, "canary_minutes": 1440}),
        ("linear", {"step_percent": 3, "step_minutes": 0}),
        ("linear", {"step_percent": 100, "step_minutes": 1440}),
        ("blue_green", {"pause": True, "pause_timeout_minutes": 2155}),
    ],
)
def test_the_bounds_themselves_are_allowed(strategy: str, table: dict[str, object], problems: Problems) -> None:
    assert problems({ROLLOUT: TABLES[strategy] | table}) == []


def test_a_share_may_be_written_as_an_integer(read: Read) -> None:
    rollout = read({ROLLOUT: {"error_percent": 5, "p99_seconds": 2}}).environment("dev").rollout
    assert (rollout.error_percent, rollout.p99_seconds) == (5.0, 2.0)


def test_what_is_left_out_has_a_default(read: Read) -> None:
    rollout = read({}).environment("dev").rollout
    assert (rollout.strategy, rollout.failed_tasks, rollout.bake_minutes) == ("rolling", 3, 5)
    assert (rollout.error_count, rollout.error_percent, rollout.minimum_requests) == (50, 5.0, 100)
    assert (rollout.p99_seconds, rollout.test_port, rollout.test_cidrs) == (2.0, None, ())
    assert (rollout.canary_percent, rollout.canary_minutes) == (5.0, 10)
    assert (rollout.step_percent, rollout.step_minutes) == (10.0, 6)
    assert (rollout.hook_lambda_arn, rollout.pause, rollout.pause_timeout_minutes) == (None, False, 1440)


def test_the_test_port_may_be_opened_to_networks(read: Read) -> None:
    table = TABLES["linear"] | {"test_cidrs": ["203.0.113.0/24", "198.51.100.7/32"]}
    assert read({ROLLOUT: table}).environment("dev").rollout.test_cidrs == (
        IPv4Network("203.0.113.0/24"),
        IPv4Network("198.51.100.7/32"),
    )


CANARY = {"strategy": "canary", "test_port": 9001}
LINEAR = {"strategy": "linear", "test_port": 9001}


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (
            CANARY | {"canary_minutes": 1440, "bake_minutes": 541},
            "bake_minutes: must leave steps and bake time together at most 1980 minutes, are 1981",
        ),
        (
            LINEAR | {"step_percent": 3, "step_minutes": 58, "bake_minutes": 9},
            "bake_minutes: must leave steps and bake time together at most 1980 minutes, are 1981",
        ),
        (
            CANARY | {"pause": True, "pause_timeout_minutes": 2146},
            "pause_timeout_minutes: must leave the pause, the steps and the bake time together at most 2160 minutes, "
            "are 2161",
        ),
    ],
)
def test_a_rollout_ends_before_cloudformation_gives_up_on_it(
    table: dict[str, object], line: str, problems: Problems
) -> None:
    assert problems({"environments.prod.rollout": table}) == [f"slipway.toml: environments.prod.rollout.{line}"]


@pytest.mark.parametrize(
    "table",
    [
        CANARY | {"canary_minutes": 1440, "bake_minutes": 540},
        LINEAR | {"step_percent": 3, "step_minutes": 58, "bake_minutes": 8},
        CANARY | {"pause": True, "pause_timeout_minutes": 2145},
    ],
)
def test_the_longest_rollout_is_allowed(table: dict[str, object], problems: Problems) -> None:
    assert problems({"environments.prod.rollout": table}) == []
