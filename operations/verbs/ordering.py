"""What the verbs order that release an image."""

import typer

from configuration import Configuration, Environment
from operations.context import configuration_of, configuration_path_of
from operations.process_variables import variables_of
from operations.rollout.release import Order


def ordered(
    context: typer.Context, environment: str, tag: str, *, preflight: bool, minutes: float | None
) -> tuple[Configuration, Environment, Order]:
    """What `slipway.toml` says, of all and of that environment, and the order to release the tag there.

    Args:
        tag: empty leaves it to a rollback to find one.
        minutes: to wait for the verdict; None: as long as slipway.toml lets a rollout take.

    Raises:
        ConfigurationError: slipway.toml cannot be used, or has no such environment.
    """
    configuration, path = configuration_of(context), configuration_path_of(context)
    chosen = configuration.environment(environment)
    variables = variables_of(configuration, chosen, path)
    order = Order(tag, preflight=preflight, minutes=minutes, configuration_path=path, variables=variables)
    return configuration, chosen, order
