"""Everything that slipway.toml may say of an environment is priced as well, or named."""

from collections.abc import Mapping

import pytest

from configuration import Configuration
from operations.cost.environments import price
from operations.cost.estimate import Estimate
from operations.cost.profile import Profile
from tests.conftest import templates_of, varied
from tests.stacks.variants import VARIANTS
from tests.synthesis import assemble


@pytest.fixture(scope="module")
def estimates(configuration: Configuration) -> Mapping[str, Estimate]:
    """Of all variants of prod, by name; prod is beside them as in the tests of the stacks, which share the assembly."""
    environments = {name: {"branch": None, **tables} for name, tables in VARIANTS.items()}
    chosen = varied(configuration, environments).select(["prod", *VARIANTS])
    return price(chosen, templates_of(assemble(chosen)), Profile(), names=list(VARIANTS)).environments


def test_nothing_is_left_out_but_what_has_no_price_in_the_region(estimates: Mapping[str, Estimate]) -> None:
    left_out = {name: [each.what for each in estimate.not_priced] for name, estimate in estimates.items()}
    assert left_out == {name: [] for name in VARIANTS} | {"everything": ["Fargate storage above 20 GB"]}


def test_each_choice_has_its_line(estimates: Mapping[str, Estimate]) -> None:
    items = {name: {item.name: item.quantity for item in each.items} for name, each in estimates.items()}
    assert {"AWS WAF web ACLs", "Logs of AWS WAF"} <= set(items["everything"])
    # Its schedule stops all tasks, and none starts them again: what is left are Grafana and Jaeger.
    assert items["everything"]["Fargate vCPU, x86_64"] == 2 * 730 / 4
    assert {"Private zones", "Prometheus, samples queried"} <= set(items["everything"])
    assert "Prometheus, samples queried" not in items["asked"]
    assert "Interface endpoints, by zone" in items["asked"]
    assert "NAT gateways" not in items["asked"]
    assert items["paused"]["Fargate vCPU, arm64"] == 3 * 730 / 2  # tasks.count, of half a vCPU each
    assert "Alarms of target tracking" not in items["paused"]
