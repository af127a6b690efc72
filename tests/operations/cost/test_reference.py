"""The price of dev against that of the app that CDK's own patterns make with their defaults."""

from collections.abc import Mapping

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template as Synthesised

from benchmark.prices import TARGETS
from benchmark.reference import reference_stack
from benchmark.synthesis import REFERENCE_STACK
from configuration import Configuration
from operations.cost.environments import price
from operations.cost.estimate import Estimate, estimate
from operations.cost.profile import Profile
from tests.conftest import Template


@pytest.fixture(scope="module")
def reference(configuration: Configuration) -> Estimate:
    """One VPC of two zones, and one `ApplicationLoadBalancedFargateService` in it."""
    region = configuration.environment("dev").region
    template = Synthesised.from_stack(reference_stack(App(), region=region)).to_json()
    return estimate({REFERENCE_STACK: template}, Profile(), region=region)


def test_the_reference_is_priced_whole(reference: Estimate) -> None:
    assert reference.not_priced == ()
    quantities = {item.name: float(item.quantity) for item in reference.items}
    assert (quantities["NAT gateways"], quantities["Load balancers"]) == (2 * 730, 730)
    assert quantities["Fargate vCPU, x86_64"] == 730 / 4


def test_dev_costs_at_most_45_percent_of_the_reference(
    reference: Estimate, templates: Mapping[str, Template], configuration: Configuration
) -> None:
    dev = price(configuration, templates, Profile(), names=["dev"]).environments["dev"]
    ratio = dev.total_usd / reference.total_usd
    print(f"dev {dev.total_usd} USD, reference {reference.total_usd} USD, ratio {ratio:.3f}")
    assert ratio <= TARGETS["dev"]
