"""The whole of `slipway.toml`."""

from collections.abc import Iterable
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from configuration.environment import Environment
from configuration.errors import ConfigurationError
from configuration.github import GitHub
from configuration.registry import Registry
from configuration.types import Section

SANDBOX = "sandbox"
"""The environment that lives in the emulated AWS."""

SANDBOX_ACCOUNT = "000000000000"
"""The account of the emulated AWS; AWS itself gives it to nobody."""


class Sandbox(Section):
    """`[sandbox]`: the emulated AWS on this machine.

    Attributes:
        port: of its endpoint on 127.0.0.1.
    """

    port: int = Field(default=4566, ge=1024, le=65535)


class Configuration(Section):
    """Everything that is decided before a deployment; read once by `load` and never changed."""

    github: GitHub
    registry: Registry
    environments: dict[str, Environment] = Field(min_length=1)
    sandbox: Sandbox = Sandbox()

    @field_validator("environments", mode="before")
    @classmethod
    def _environments_know_their_names(cls, tables: Any) -> Any:
        if not isinstance(tables, dict):
            return tables
        for name, table in tables.items():
            if isinstance(table, dict) and "name" in table:
                raise ValueError(f"{name}.name: is not known here, the name is the table's own")
        return {name: {"name": name} | table if isinstance(table, dict) else table for name, table in tables.items()}

    @model_validator(mode="after")
    def _only_the_sandbox_is_in_the_emulated_account(self) -> Self:
        for environment in self.environments.values():
            if (environment.account == SANDBOX_ACCOUNT) != (environment.name == SANDBOX):
                raise ValueError(
                    f"environments.{environment.name}.account: {SANDBOX_ACCOUNT} is the account of the environment "
                    f"{SANDBOX!r}, and of no other"
                )
        return self

    def environment(self, name: str) -> Environment:
        """The environment of that name.

        Raises:
            ConfigurationError: there is none.
        """
        if name not in self.environments:
            known = ", ".join(self.environments)
            raise ConfigurationError(f"environment {name!r} is not in slipway.toml; it has {known}")
        return self.environments[name]

    def select(self, names: Iterable[str] | None = None) -> "Configuration":
        """The configuration with only these environments.

        The sandbox is an installation of its own: selecting it moves the registry into its account and region.

        Args:
            names: omitted, all environments but the sandbox.

        Raises:
            ConfigurationError: a name is unknown, or the sandbox is asked for together with another environment.
        """
        chosen = [self.environment(name) for name in names or (name for name in self.environments if name != SANDBOX)]
        registry = self.registry
        if any(environment.name == SANDBOX for environment in chosen):
            if len(chosen) > 1:
                raise ConfigurationError(f"{SANDBOX!r} cannot be combined with another environment")
            registry = registry.model_copy(update={"account": chosen[0].account, "region": chosen[0].region})
        return self.model_copy(
            update={"environments": {environment.name: environment for environment in chosen}, "registry": registry}
        )
