"""Ratios of rounds, and the app that grows."""

import pytest

from benchmark.accounting import Usage
from benchmark.grown import grown
from benchmark.synthesis import CPU, FURTHER, MEMORY, WALL, figures_of
from configuration import SANDBOX, Configuration

MIB = 2**20
ROUNDS = {
    "reference": [Usage(4.0, 5.0, 500 * MIB), Usage(6.0, 9.0, 500 * MIB), Usage(5.0, 6.0, 900 * MIB)],
    "whole": [Usage(12.0, 30.0, 600 * MIB), Usage(8.0, 10.0, 650 * MIB), Usage(9.0, 11.0, 700 * MIB)],
    "1": [Usage(7.0, 8.0, 600 * MIB)],
    "4": [Usage(8.5, 9.0, 640 * MIB)],
    "10": [Usage(11.5, 12.0, 690 * MIB)],
}


def test_ratios_are_of_the_least_cpu_the_shortest_time_and_the_median_of_memory() -> None:
    found = {figure.name: figure.value for figure in figures_of(ROUNDS)}
    assert (found[CPU.name], found[WALL.name], found[MEMORY.name]) == (2.0, 2.0, 1.3)


def test_a_further_environment_is_a_ninth_of_what_nine_more_take() -> None:
    found = {figure.name: figure.value for figure in figures_of(ROUNDS)}
    assert found[FURTHER.name] == 0.125


def test_every_program_is_told_in_its_own_seconds() -> None:
    names = [figure.name for figure in figures_of(ROUNDS)]
    assert {"reference app: CPU", "whole app: peak memory", "1 environment: CPU", "10 environments: time"} <= set(names)


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_the_app_grows_by_copies_of_its_environments_in_turn(configuration: Configuration, count: int) -> None:
    environments = grown(configuration, count).environments
    assert (
        list(environments)
        == ["dev", "prod", "dev2", "prod2", "dev3", "prod3", "dev4", "prod4", "dev5", "prod5"][:count]
    )
    assert SANDBOX not in environments


def test_a_copy_is_what_it_was_copied_from_but_for_its_name_and_branch(configuration: Configuration) -> None:
    environments = grown(configuration, 4).environments
    told = {"name": True, "branch": True, "github_environment": True}
    assert environments["prod2"].model_dump(exclude=told) == environments["prod"].model_dump(exclude=told)
    assert environments["prod2"].branch is None
