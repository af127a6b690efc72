"""What is billed, before it is priced."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from operations.cost.profile import Profile
from operations.cost.resources import Resources


@dataclass(frozen=True)
class Usage:
    """So much of something that the price table has.

    Attributes:
        name: what it is, for a reader.
        price: the item of the price table.
        quantity: a month, in the unit of that item.
        on_spot: at the price of Fargate Spot.
    """

    name: str
    price: str
    quantity: Decimal
    on_spot: bool = False


@dataclass(frozen=True)
class NotPriced:
    """Something that costs money, or may, and is not in the total.

    Attributes:
        what: a resource type, or an item.
        why: one clause.
    """

    what: str
    why: str


@dataclass(frozen=True)
class Pricer:
    """Knows how resources of some types are billed.

    Attributes:
        types: of resources; the pricer says what each costs, or that it is not priced.
        usages: finds them.
    """

    types: frozenset[str]
    usages: Callable[[Resources, Profile], Iterable[Usage | NotPriced]]
