"""Which templates make up an environment, and what each environment costs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from configuration import Configuration, stack_names
from operations.cost.estimate import Estimate, estimate
from operations.cost.profile import Profile
from operations.cost.resources import Template
from operations.errors import ExitCode, OperationError


@dataclass(frozen=True)
class Costs:
    """What was asked for.

    Attributes:
        environments: the estimates by name.
        shared: of the registry and the identities of each account; None if it was not asked for.
        profile: with which all of them were made.
    """

    environments: Mapping[str, Estimate]
    shared: Estimate | None
    profile: Profile

    @property
    def all(self) -> list[Estimate]:
        """Those of the environments, and what they share."""
        return [*self.environments.values(), *([self.shared] if self.shared else [])]

    @property
    def total_usd(self) -> Decimal:
        """Of all together, a month."""
        return sum((each.total_usd for each in self.all), Decimal("0.00"))


def price(
    configuration: Configuration,
    templates: Mapping[str, Template],
    profile: Profile,
    *,
    names: Collection[str] = (),
    region: str | None = None,
) -> Costs:
    """Price these environments.

    Args:
        templates: of the whole app, by stack id.
        names: of environments; omitted, all but the sandbox, and what they share.
        region: whose prices are taken; omitted, those of each environment's own region.

    Raises:
        ConfigurationError: a name is unknown, or the sandbox is asked for together with another environment.
        OperationError: there is no environment but the sandbox, the templates have no stack of an environment, or there
            are no prices of its region.
    """
    chosen = configuration.select(names)
    if not chosen.environments:
        raise OperationError("slipway.toml has no environment but the sandbox", fix="Run slipway cost sandbox.")
    return Costs(
        environments={
            environment.name: estimate(_of(environment.name, templates), profile, region=region or environment.region)
            for environment in chosen.environments.values()
        },
        shared=None
        if names
        else estimate(_shared(chosen, templates), profile, region=region or chosen.registry.region),
        profile=profile,
    )


def _of(environment: str, templates: Mapping[str, Template]) -> dict[str, Template]:
    """Its stacks; one that an environment does not need, such as a network of its own, may be missing."""
    found = {name: templates[name] for name in stack_names.of_environment(environment) if name in templates}
    if stack_names.service(environment) not in found:
        raise OperationError(
            f"the assembly has no stack {stack_names.service(environment)}",
            fix="Leave --assembly out: the app is synthesised then.",
            exit_code=ExitCode.BAD_INPUT,
        )
    return found


def _shared(configuration: Configuration, templates: Mapping[str, Template]) -> dict[str, Template]:
    names = {stack_names.REGISTRY, *(configuration.identity_stack_id(account) for account in configuration.accounts)}
    return {name: template for name, template in templates.items() if name in names}
