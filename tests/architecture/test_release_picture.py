"""The sequence of a release: what it asks AWS, what rolls it back, and how it can end."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from operations.doctor import examining
from operations.errors import ExitCode
from operations.rollout import change, follow
from operations.rollout.judge import Verdict
from tests.architecture.document import ENVIRONMENT, picture
from tests.architecture.mermaid import sequence
from tests.conftest import PROJECT, Template, resources

DIAGRAM = sequence(picture("A release, and the way back"))
TEXT = picture("A release, and the way back")
GATEWAYS = "\n".join(path.read_text() for path in (PROJECT / "operations" / "gateways").glob("*.py"))
AWS = {"cloudformation", "ecs"}
BRANCHES = {branch for message in DIAGRAM.messages for branch in message.within}


@pytest.fixture(scope="module")
def deployment(templates: Mapping[str, Template]) -> dict[str, Any]:
    """How ECS is told to deploy the service."""
    (service,) = resources(templates[f"slipway-{ENVIRONMENT}-service"], "AWS::ECS::Service")
    return dict(service["DeploymentConfiguration"])


def test_it_ends_with_every_exit_code_that_there_is() -> None:
    assert {int(code) for code in re.findall(r"exit (\d)", TEXT)} == {int(code) for code in ExitCode}


def test_it_ends_with_every_verdict_and_that_verdicts_exit_code() -> None:
    ends = [each.text for each in DIAGRAM.messages if each.receiver == "caller" and re.match("[A-Z]", each.text)]
    told = {
        (words[0].replace(" ", "_"), int(words[1]))
        for text in ends
        if (words := re.findall(r"^[A-Z ]+[A-Z]|\d$", text))
    }
    verdicts = {(each.name, int(each.value)) for each in Verdict if each.value is not None}
    assert told == verdicts | {("REFUSED", int(ExitCode.REFUSED))}


def test_what_it_asks_aws_is_what_the_gateways_call() -> None:
    asked = [each.text.split()[0] for each in DIAGRAM.messages if each.sender == "slipway" and each.receiver in AWS]
    assert asked
    for operation in asked:
        method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()
        assert re.search(rf"\.{method}\(|\"{method}\"", GATEWAYS), operation


def test_the_change_set_has_the_parameters_and_the_types_of_a_release() -> None:
    (created,) = [each.text for each in DIAGRAM.messages if each.text.startswith("CreateChangeSet")]
    assert re.findall(r"of (\w+) and (\w+),", created) == [(change.IMAGE_TAG, change.RELEASED_BY)]
    (refused,) = [branch for branch in BRANCHES if "changes more than" in branch]
    assert set(re.findall(r"AWS::\w+::\w+", refused)) == change.RELEASED


def test_it_looks_as_often_as_it_says() -> None:
    seconds = f"every {follow.FIRST_INTERVAL:.0f} to {follow.LATER_INTERVAL:.0f} seconds"
    assert [branch for branch in BRANCHES if branch.startswith("loop")] == [f"loop {seconds}, until both have ended"]


def test_the_numbers_of_the_rollout_are_those_of_the_template(deployment: dict[str, Any]) -> None:
    notes = " ".join(DIAGRAM.notes)
    assert f"from {deployment['MinimumHealthyPercent']} to {deployment['MaximumPercent']} percent" in notes
    assert f"{len(deployment['Alarms']['AlarmNames'])} alarms are watched" in notes
    assert f"{deployment['BakeTimeInMinutes']} minutes longer" in notes
    breaker = deployment["DeploymentCircuitBreaker"]
    assert f"else {breaker['ThresholdConfiguration']['Value']} tasks failed, or an alarm fired" in BRANCHES


def test_alarms_and_circuit_breaker_roll_back_and_count_every_failure(deployment: dict[str, Any]) -> None:
    assert deployment["Strategy"] == "ROLLING"
    assert deployment["Alarms"]["Rollback"]
    assert deployment["DeploymentCircuitBreaker"]["Rollback"]
    assert deployment["DeploymentCircuitBreaker"]["ResetOnHealthyTask"] is False


def test_the_examination_before_it_looks_at_what_it_says() -> None:
    (told,) = [each.text for each in DIAGRAM.messages if each.text.startswith("what doctor does")]
    source = (PROJECT / "operations" / "doctor" / "examining.py").read_text()
    assert examining.__doc__
    for subject, module in {
        "stacks": "stacks",
        "image": "image",
        "secrets": "secrets",
        "roles": "task_roles",
        "ports": "ports",
        "routes": "egress",
        "quota": "quota",
    }.items():
        assert subject in told
        assert re.search(rf"\b{module}\b", source), module
