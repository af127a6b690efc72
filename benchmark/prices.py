"""What each environment costs a month, against the reference app."""

from collections.abc import Iterator, Mapping

from benchmark.figures import Bench, Figure, NotMeasuredError, Section
from benchmark.synthesis import REFERENCE, WHOLE, assembly
from configuration import load
from operations.cost.assembly import templates_in
from operations.cost.environments import price
from operations.cost.estimate import estimate
from operations.cost.profile import Profile
from operations.errors import OperationError

TARGETS: Mapping[str, float] = {"dev": 0.45}
"""Of the reference app's price, by environment."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Price the templates of this run as `slipway cost` does."""
    configuration = load(bench.configuration)
    reference = templates_in(assembly(bench, REFERENCE))
    try:
        costs = price(configuration, templates_in(assembly(bench, WHOLE)), Profile())
        prices = {name: estimated.total_usd for name, estimated in costs.environments.items()}
        of_reference = {
            name: estimate(reference, Profile(), region=configuration.environment(name).region).total_usd
            for name in prices
        }
    except OperationError as error:
        raise NotMeasuredError(error.what) from error
    for name, total in prices.items():
        share = Figure(f"{name}, against the reference app", "x", at_most=TARGETS.get(name))
        yield share.measured(float(total / of_reference[name]))
        yield Figure(f"{name}, a month", "USD").measured(float(total))
    if costs.shared:
        yield Figure("what they share, a month", "USD").measured(float(costs.shared.total_usd))
    for region in dict.fromkeys(each.region for each in costs.environments.values()):
        name = next(name for name, each in costs.environments.items() if each.region == region)
        yield Figure(f"reference app in {region}, a month", "USD").measured(float(of_reference[name]))


SECTION = Section(
    "prices",
    "Price",
    "What AWS bills for each environment in a month, from the templates of this run, by the price table of "
    "`slipway cost` and with the traffic of a small service. The reference app, with two NAT gateways, is priced "
    "in the same way, for the same region.",
    tuple(Figure(f"{name}, against the reference app", "x", at_most=share) for name, share in TARGETS.items()),
    measure,
)
