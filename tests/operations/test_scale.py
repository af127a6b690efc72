"""`slipway scale`: what it changes, what it says of it before, and when it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIGURATION
from tests.operations import deployed
from tests.operations.conftest import Ended, Slipway
from tests.operations.deployed import CLUSTER, NOW, SERVICE
from tests.operations.recorded_aws import RecordedAws
from tests.operations.terminal import at_terminal

OF_SERVICE = {
    "ServiceNamespace": "ecs",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ResourceId": f"service/{CLUSTER}/{SERVICE}",
}
REGISTERED = "RegisterScalableTarget"
LASTING = "slipway.toml says 1 to 2: the next cdk deploy that changes anything of the scaling puts that back."


@pytest.fixture
def scaled(healthy: RecordedAws) -> RecordedAws:
    """One to two tasks, as slipway.toml says; two are desired and run."""
    target = {**OF_SERVICE, "MinCapacity": 1, "MaxCapacity": 2, "RoleARN": "arn", "CreationTime": NOW}
    healthy.records("DescribeScalableTargets", {"ScalableTargets": [target]})
    healthy.records("DescribeScheduledActions", {"ScheduledActions": []}, ResourceId=OF_SERVICE["ResourceId"])
    healthy.records("RegisterScalableTarget", {"ScalableTargetARN": "arn"}, **OF_SERVICE)
    return healthy


def service(aws: RecordedAws, **changes: Any) -> None:
    aws.records("DescribeServices", {"services": [deployed.service(**changes)]})


def talk(ended: Ended) -> str:
    return " ".join(ended.stderr.split())


def test_the_new_bounds_hold_and_it_says_what_held_before(scaled: RecordedAws, slipway: Slipway) -> None:
    scaled.refuses("RegisterScalableTarget", "ValidationException", "other bounds")
    bounds = {"MinCapacity": 2, "MaxCapacity": 6}
    scaled.records("RegisterScalableTarget", {"ScalableTargetARN": "arn"}, **OF_SERVICE, **bounds)
    ended = slipway("scale", "dev", "2", "6", "--yes")
    assert ended.stdout.splitlines() == ["service  slipway-dev", "bounds   2 to 6 (were 1 to 2)"]
    assert ended.stderr.splitlines() == [
        "slipway-dev keeps 2 to 6 tasks instead of 1 to 2.",
        "2 are desired, 2 run: none starts or stops at once.",
        "slipway.toml says 1 to 2: the next cdk deploy that changes anything of the",
        "  scaling puts that back. To keep the new bounds, say there:",
        "    [environments.dev.tasks]",
        "    min = 2",
        "    max = 6",
    ]
    assert (ended.exit_code, scaled.operations().count(REGISTERED)) == (0, 1)


@pytest.mark.parametrize(
    ("bounds", "effect"),
    [
        (("3", "3"), "2 are desired, 1 run: 1 starts at once."),
        (("5", "9"), "2 are desired, 1 run: 3 start at once."),
        (("1", "1"), "2 are desired, 1 run: 1 stops at once."),
        (("0", "0"), "2 are desired, 1 run: 2 stop at once. Then nothing answers any more."),
        (("0", "2"), "Where no task runs there is no load to measure: scaling does not start the first one again."),
    ],
)
def test_it_says_what_becomes_of_the_running_tasks(
    bounds: tuple[str, str], effect: str, scaled: RecordedAws, slipway: Slipway
) -> None:
    service(scaled, runningCount=1)
    assert effect in talk(slipway("scale", "dev", *bounds, "--yes"))


def test_in_a_rollout_no_task_is_taken_away_at_once(scaled: RecordedAws, slipway: Slipway) -> None:
    service(scaled, deployments=[deployed.deployment(rolloutState="IN_PROGRESS")])
    remark = "A rollout is under way: no task is taken away before it has ended."
    assert remark in talk(slipway("scale", "dev", "1", "1", "--yes"))
    assert remark not in talk(slipway("scale", "dev", "3", "3", "--yes"))


def test_it_says_which_schedules_change_the_bounds_again(scaled: RecordedAws, slipway: Slipway) -> None:
    schedules = [("night", "Europe/Berlin", {"MinCapacity": 0, "MaxCapacity": 0}), ("noon", None, {"MaxCapacity": 9})]
    actions = [
        {
            **OF_SERVICE,
            "ScheduledActionName": name,
            "ScheduledActionARN": "arn",
            "Schedule": "cron(0 20 ? * MON-FRI *)",
            **({"Timezone": zone} if zone else {}),
            "ScalableTargetAction": bounds,
            "CreationTime": NOW,
        }
        for name, zone, bounds in schedules
    ]
    scaled.records("DescribeScheduledActions", {"ScheduledActions": actions})
    said = talk(slipway("scale", "dev", "2", "6", "--yes"))
    assert "The schedule night, cron(0 20 ? * MON-FRI *) Europe/Berlin, sets 0 to 0." in said
    assert "The schedule noon, cron(0 20 ? * MON-FRI *) UTC, sets 2 to 9." in said


def test_bounds_that_slipway_toml_has_last(scaled: RecordedAws, slipway: Slipway) -> None:
    target = {**OF_SERVICE, "MinCapacity": 3, "MaxCapacity": 6, "RoleARN": "arn", "CreationTime": NOW}
    scaled.records("DescribeScalableTargets", {"ScalableTargets": [target]})
    ended = slipway("scale", "dev", "1", "2", "--yes")
    assert ended.stderr.endswith("slipway.toml says the same: this lasts.\n")
    assert ended.stdout.endswith("bounds   1 to 2 (were 3 to 6)\n")


@pytest.mark.usefixtures("scaled")
def test_none_at_least_is_not_offered_to_slipway_toml_which_does_not_take_it(slipway: Slipway) -> None:
    said = talk(slipway("scale", "dev", "0", "2", "--yes"))
    assert said.endswith(f"{LASTING} There min is at least 1; a schedule may set 0.")


def test_bounds_that_hold_already_are_not_set_again(scaled: RecordedAws, slipway: Slipway) -> None:
    ended = slipway("scale", "dev", "1", "2")
    assert talk(ended) == "These bounds hold already: nothing is changed. slipway.toml says the same: this lasts."
    assert ended.stdout.splitlines() == ["service  slipway-dev", "bounds   1 to 2"]
    assert (ended.exit_code, REGISTERED in scaled.operations()) == (0, False)


def test_as_json_it_is_one_object_on_stdout(scaled: RecordedAws, slipway: Slipway) -> None:
    service(scaled, runningCount=1)
    assert json.loads(slipway("scale", "dev", "3", "6", "--yes", "--json").stdout) == {
        "environment": "dev",
        "cluster": CLUSTER,
        "service": SERVICE,
        "changed": True,
        "before": {"min": 1, "max": 2},
        "after": {"min": 3, "max": 6},
        "configured": {"min": 1, "max": 2},
        "tasks": {"desired": 2, "running": 1, "starting": 1},
    }


def test_without_a_terminal_and_without_yes_nothing_is_changed(scaled: RecordedAws, slipway: Slipway) -> None:
    ended = slipway("scale", "dev", "2", "6")
    assert ended.stderr.endswith(
        "slipway: nobody can be asked: this is no terminal.\nAdd --yes to go on without being asked.\n"
    )
    assert (ended.exit_code, ended.stdout, REGISTERED in scaled.operations()) == (2, "", False)


@pytest.mark.parametrize(
    ("answer", "code", "calls"), [("y\n", 0, 1), ("YES\n", 0, 1), ("n\n", 6, 0), ("\n", 6, 0), ("", 6, 0)]
)
def test_at_a_terminal_it_asks(answer: str, code: int, calls: int, scaled: RecordedAws, slipway: Slipway) -> None:
    with at_terminal(answer) as screen:
        ended = slipway("scale", "dev", "2", "6")
        assert screen.getvalue().count("Go on? [y/N]: ") == 1
    assert ended.stdout.startswith("service" if calls else "")
    assert (ended.exit_code, scaled.operations().count(REGISTERED)) == (code, calls)


def test_a_fixed_number_of_tasks_has_no_bounds(healthy: RecordedAws, slipway: Slipway, tmp_path: Path) -> None:
    file = tmp_path / "slipway.toml"
    file.write_text(CONFIGURATION.read_text().replace("min = 1\nmax = 2", "count = 2"))
    ended = slipway("--configuration", str(file), "scale", "dev", "2", "6")
    assert ended.stderr == (
        "slipway: dev has no bounds to change: environments.dev.tasks.count in slipway.toml fixes the number of tasks "
        "at 2.\nChange it there, or give min and max in its place, and run npx cdk deploy slipway-dev-service.\n"
    )
    assert (ended.exit_code, healthy.operations()) == (2, [])


def test_a_service_that_nothing_scales_needs_a_deployment(scaled: RecordedAws, slipway: Slipway) -> None:
    scaled.records("DescribeScalableTargets", {"ScalableTargets": []})
    ended = slipway("scale", "dev", "2", "6", "--yes")
    assert ended.stderr.startswith("slipway: slipway-dev has no bounds to change: nothing scales what is deployed")
    assert (ended.exit_code, REGISTERED in scaled.operations()) == (1, False)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("4", "2"), "Invalid value for 'MAX': must be at least MIN (4), is 2"),
        (("two", "4"), "Invalid value for 'MIN': Input should be a valid integer"),
        (("1", "1001"), "Invalid value for 'MAX': Input should be less than or equal to 1000"),
        (("2",), "Missing argument 'MAX'."),
    ],
)
def test_bounds_that_are_none_are_bad_input(
    words: tuple[str, ...], complaint: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    ended = slipway("scale", "dev", *words)
    assert complaint in " ".join(ended.stderr.replace("│", "").split())
    assert (ended.exit_code, ended.stdout, healthy.operations()) == (2, "", [])


def test_credentials_without_the_right_are_told_so(scaled: RecordedAws, slipway: Slipway) -> None:
    scaled.denies("RegisterScalableTarget")
    ended = slipway("scale", "dev", "2", "6", "--yes")
    assert "RegisterScalableTarget failed: AccessDeniedException" in ended.stderr
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_a_service_that_is_gone_is_said(scaled: RecordedAws, slipway: Slipway) -> None:
    scaled.records("DescribeServices", {"services": []})
    ended = slipway("scale", "dev", "2", "6", "--yes")
    assert "the service slipway-dev is not in the cluster slipway-dev" in ended.stderr
    assert (ended.exit_code, REGISTERED in scaled.operations()) == (1, False)


def test_of_the_sandbox_it_says_that_no_load_scales_it(scaled: RecordedAws, slipway: Slipway) -> None:
    stack = deployed.stack("slipway-sandbox-service", **deployed.OUTPUTS)
    scaled.records("DescribeStacks", {"Stacks": [stack]}, StackName="slipway-sandbox-service")
    assert "No load scales the sandbox" in talk(slipway("scale", "sandbox", "2", "6", "--yes"))
    assert "No load scales" not in talk(slipway("scale", "dev", "2", "6", "--yes"))
