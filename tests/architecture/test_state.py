"""What is said of the state of things: what there is, what was rehearsed of it, and what there is not."""

from configuration import Environment
from configuration.rollout import STRATEGIES
from sandbox.emulator.cloudformation.resource_types import BACKED
from tests.architecture.document import code, rows, section

TITLE = "What is there, and what is not"


def test_the_strategies_are_those_of_the_configuration_and_the_sandbox_rolls_them_all() -> None:
    (row,) = [row for row in rows(TITLE) if row[0].startswith("strategies")]
    assert set(code(row[0])) == set(STRATEGIES)
    (service,) = [each for each in BACKED if each.type == "AWS::ECS::Service"]
    assert service.api.endswith("every strategy is a rolling update")
    assert "the sandbox rolls all of them as `rolling`" in row[1]


def test_an_environment_is_in_one_region() -> None:
    assert "An environment has one `region`" in section(TITLE)
    assert "region" in Environment.model_fields
    assert "regions" not in Environment.model_fields
