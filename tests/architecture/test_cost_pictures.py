"""The figures of the cost are those of `slipway cost`, summed up by what drives them."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal

import pytest

from configuration import Configuration
from operations.cost.environments import Costs, price
from operations.cost.profile import Profile
from tests.architecture.document import picture, rows
from tests.architecture.mermaid import pie
from tests.conftest import PROJECT, Template

GROUPS: Mapping[str, tuple[str, ...]] = {
    "NAT gateways": ("NAT gateways", "Elastic IP addresses"),
    "Tasks": ("Fargate ", "Public addresses of tasks"),
    "Load balancer": ("Load balancers", "Public addresses of load balancers", "Traffic to the internet"),
    "Prometheus": ("Prometheus, ", "Logs of Prometheus"),
    "Container Insights": ("Container Insights", "Logs of Container Insights"),
    "Web application firewall": ("AWS WAF", "Logs of AWS WAF"),
}
"""What stands in a row, by how the items of `slipway cost` begin."""

REST, TOTAL = "Everything else", "total"


@pytest.fixture(scope="module")
def costs(templates: Mapping[str, Template], configuration: Configuration) -> Costs:
    """Of dev and prod, with dev's tasks on Spot as in the first slipway.toml."""
    changed = dict(templates) | {"slipway-dev-service": deepcopy(templates["slipway-dev-service"])}
    for resource in changed["slipway-dev-service"]["Resources"].values():
        if resource["Type"] == "AWS::ECS::Service":
            resource["Properties"]["CapacityProviderStrategy"] = [
                {"Base": 0, "CapacityProvider": "FARGATE", "Weight": 0},
                {"CapacityProvider": "FARGATE_SPOT", "Weight": 100},
            ]
    return price(configuration, changed, Profile())


def summed(costs: Costs, environment: str) -> dict[str, Decimal]:
    """USD a month by row."""
    found = dict.fromkeys([*GROUPS, REST, TOTAL], Decimal("0.00"))
    for item in costs.environments[environment].items:
        row = next((name for name, starts in GROUPS.items() if item.name.startswith(starts)), REST)
        found[row] += item.monthly_usd
        found[TOTAL] += item.monthly_usd
    return found


@pytest.mark.parametrize(("environment", "column"), [("dev", 1), ("prod", 2)])
def test_the_table_has_what_an_environment_costs(environment: str, column: int, costs: Costs) -> None:
    assert {row[0]: Decimal(row[column]) for row in rows("Cost")} == summed(costs, environment)


def test_the_last_row_has_what_both_share(costs: Costs) -> None:
    assert costs.shared
    assert rows("Cost")[-1][3] == f"and {costs.shared.total_usd} for the registry of both"


def test_readme_has_the_totals_too(costs: Costs) -> None:
    assert costs.shared
    totals = [summed(costs, name)[TOTAL] for name in ("dev", "prod")] + [costs.shared.total_usd]
    assert f"| `slipway cost` | {' | '.join(map(str, totals))} |" in (PROJECT / "README.md").read_text()


def test_the_pie_is_the_table_with_the_largest_slice_first(costs: Costs) -> None:
    slices = {name: Decimal(f"{usd:.2f}") for name, usd in pie(picture("Cost")).items()}
    assert slices == {row: usd for row, usd in summed(costs, "prod").items() if row != TOTAL}
    assert list(slices) == sorted(slices, key=lambda name: slices[name], reverse=True)


def test_every_item_belongs_to_one_row(costs: Costs) -> None:
    names = {item.name for each in costs.environments.values() for item in each.items}
    for starts in GROUPS.values():
        assert [name for name in names if name.startswith(starts)]
    for name in names:
        assert sum(name.startswith(starts) for starts in GROUPS.values()) <= 1, name
