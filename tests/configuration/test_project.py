"""Choosing environments from the whole configuration."""

import pytest

from configuration import ConfigurationError
from tests.configuration.conftest import Read


def test_by_default_every_environment_but_the_sandbox_is_chosen(read: Read) -> None:
    configuration = read({})
    chosen = configuration.select()
    assert list(chosen.environments) == ["prod", "dev"]
    assert chosen.registry == configuration.registry


def test_only_the_named_environments_are_chosen(read: Read) -> None:
    configuration = read({})
    chosen = configuration.select(["dev"])
    assert chosen.environments == {"dev": configuration.environment("dev")}
    assert chosen.registry == configuration.registry
    assert list(configuration.environments) == ["prod", "dev", "sandbox"]


def test_an_environment_that_is_named_twice_is_chosen_once(read: Read) -> None:
    assert list(read({}).select(["dev", "dev"]).environments) == ["dev"]


def test_the_sandbox_takes_the_registry_into_its_account_and_region(read: Read) -> None:
    configuration = read({})
    registry = configuration.select(["sandbox"]).registry
    assert (registry.account, registry.region) == ("000000000000", "us-east-1")
    assert (registry.repository, registry.releases_kept) == ("shop", 30)
    assert (configuration.registry.account, configuration.registry.region) == ("222222222222", "eu-central-1")


@pytest.mark.parametrize("names", [["sandbox", "dev"], ["prod", "sandbox"]])
def test_the_sandbox_is_not_combined_with_another_environment(names: list[str], read: Read) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read({}).select(names)
    assert str(raised.value) == "'sandbox' cannot be combined with another environment"


def test_an_unknown_environment_is_answered_with_the_known_ones(read: Read) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read({}).select(["dev", "staging"])
    assert str(raised.value) == "environment 'staging' is not in slipway.toml; it has prod, dev, sandbox"
