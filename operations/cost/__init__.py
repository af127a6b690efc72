"""What an environment costs in a month, by its own templates: no call to AWS, no network."""

from operations.cost.estimate import Estimate, Item, NotPriced, estimate
from operations.cost.profile import Profile

__all__ = ["Estimate", "Item", "NotPriced", "Profile", "estimate"]
