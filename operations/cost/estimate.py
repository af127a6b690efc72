"""The price of an environment in a month."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from operations.cost.pricers.catalogue import PRICERS, is_known
from operations.cost.prices import SPOT, Price, prices_in, regions
from operations.cost.profile import Profile
from operations.cost.resources import Resources, Template
from operations.cost.usage import NotPriced, Usage
from operations.errors import ExitCode, OperationError

__all__ = ["Estimate", "Item", "NotPriced", "estimate"]

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Item:
    """One line of an estimate.

    Attributes:
        name: what is billed.
        quantity: of it, a month.
        price: of one unit, as the table has it.
        unit_usd: the same in USD; on Spot, what is approximately asked there.
    """

    name: str
    quantity: Decimal
    price: Price
    unit_usd: Decimal

    @property
    def monthly_usd(self) -> Decimal:
        """Quantity times price, to the cent."""
        return (self.quantity * self.unit_usd).quantize(CENT, ROUND_HALF_UP)

    def as_json(self) -> dict[str, object]:
        """The line as plain data."""
        return {
            "name": self.name,
            "quantity": float(self.quantity),
            "unit": self.price.unit,
            "unit_usd": float(self.unit_usd),
            "monthly_usd": float(self.monthly_usd),
            "price": {"date": self.price.date.isoformat(), "source": self.price.source, "page": self.price.page},
        }


@dataclass(frozen=True)
class Estimate:
    """What some templates cost in a month, in USD.

    Attributes:
        region: whose prices were taken.
        not_priced: what costs money, or may, and is not in the total.
    """

    region: str
    items: tuple[Item, ...]
    not_priced: tuple[NotPriced, ...]

    @property
    def total_usd(self) -> Decimal:
        """The sum of the lines as they are printed, each to the cent."""
        return sum((item.monthly_usd for item in self.items), Decimal("0.00"))

    def as_json(self) -> dict[str, object]:
        """The estimate as plain data."""
        return {
            "region": self.region,
            "total_usd": float(self.total_usd),
            "items": [item.as_json() for item in self.items],
            "not_priced": [{"what": each.what, "why": each.why} for each in self.not_priced],
        }


def estimate(templates: Mapping[str, Template], profile: Profile | None = None, *, region: str) -> Estimate:
    """Price all resources of these templates.

    Of what AWS gives to an account for nothing each month, only three dashboards are deducted: the rest may be used up
    by others. Taxes, support, and traffic between zones are left out.

    Args:
        templates: by stack id.
        profile: omitted, that of a small service.
        region: whose prices are taken.

    Raises:
        OperationError: the price table does not know the region.
    """
    resources = Resources(templates)
    try:
        prices = prices_in(region)
    except KeyError:
        raise OperationError(
            f"there are no prices of {region} in operations/cost/prices.toml; it has {', '.join(regions())}",
            fix="Add them there, or take those of another region with --price-region.",
            exit_code=ExitCode.BAD_INPUT,
        ) from None
    found = [found for pricer in PRICERS for found in pricer.usages(resources, profile or Profile())]
    items, without_price = _priced(_merged(each for each in found if isinstance(each, Usage)), prices, region)
    return Estimate(
        region=region,
        items=tuple(items),
        not_priced=(
            *_unknown(resources),
            *(each for each in found if isinstance(each, NotPriced)),
            *without_price,
        ),
    )


def _merged(usages: Iterable[Usage]) -> list[Usage]:
    """Those with the same name and price, as of several services, as one line, where the first of them is."""
    together: dict[tuple[str, str, bool], Usage] = {}
    for usage in usages:
        line = usage.name, usage.price, usage.on_spot
        before = together.get(line)
        together[line] = replace(usage, quantity=before.quantity + usage.quantity) if before else usage
    return list(together.values())


def _priced(usages: list[Usage], prices: Mapping[str, Price], region: str) -> tuple[list[Item], list[NotPriced]]:
    items = [
        Item(
            name=usage.name,
            quantity=usage.quantity,
            price=prices[usage.price],
            unit_usd=prices[usage.price].usd * (prices[SPOT].usd if usage.on_spot else 1),
        )
        for usage in usages
        if usage.price in prices
    ]
    missing = [
        NotPriced(usage.name, f"the price table has no price of it in {region}")
        for usage in usages
        if usage.price not in prices
    ]
    return items, missing


def _unknown(resources: Resources) -> Iterator[NotPriced]:
    for type_name, count in sorted(resources.types().items()):
        if not is_known(type_name):
            times = f" ({count} of them)" if count > 1 else ""
            yield NotPriced(f"{type_name}{times}", "the price table does not know this type")
