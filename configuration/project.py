"""The whole of `slipway.toml`."""

import difflib
from collections.abc import Iterable
from itertools import permutations
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from configuration.approved_changes import ApprovedChanges
from configuration.environment import SANDBOX, SANDBOX_ACCOUNT, Environment
from configuration.errors import ConfigurationError, KeyedValueError
from configuration.github import GitHub
from configuration.identity import Identity
from configuration.registry import Registry
from configuration.stack_names import IDENTITY, of_environment
from configuration.types import Section

__all__ = ["SANDBOX", "SANDBOX_ACCOUNT", "Configuration", "Sandbox"]


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
    environments: dict[str, Environment]
    identity: Identity = Identity()
    sandbox: Sandbox = Sandbox()
    approved_changes: ApprovedChanges = Field(default=(), strict=False)

    @model_validator(mode="before")
    @classmethod
    def _environments_know_their_names(cls, document: Any) -> Any:
        tables = document.get("environments") if isinstance(document, dict) else None
        if not isinstance(tables, dict):
            return document
        named = [name for name, table in tables.items() if isinstance(table, dict) and "name" in table]
        if named:
            raise ValueError(
                f"environments.{named[0]}.name: is not known here; an environment has the name of its table"
            )
        return document | {
            "environments": {
                name: {"name": name} | table if isinstance(table, dict) else table for name, table in tables.items()
            }
        }

    @field_validator("environments")
    @classmethod
    def _there_is_an_environment(cls, environments: dict[str, Environment]) -> dict[str, Environment]:
        if not environments:
            raise ValueError("must have at least one table, such as [environments.dev]")
        return environments

    @field_validator("environments")
    @classmethod
    def _environments_are_told_apart(cls, environments: dict[str, Environment]) -> dict[str, Environment]:
        for one, other in permutations(environments.values(), 2):
            # GitHub does not tell upper from lower case in these names.
            if one.github_environment.lower() == other.github_environment.lower():
                raise ValueError(
                    f"{one.name} and {other.name} have the same github_environment "
                    f"{other.github_environment!r}; each needs its own"
                )
            # The ids of outputs take no hyphens.
            if one.name.replace("-", "") == other.name.replace("-", ""):
                raise ValueError(f"{one.name} and {other.name} differ by hyphens only; call one of them otherwise")
            # Rights and rules of the one go by the beginnings of names that its stacks give.
            for stack in of_environment(one.name):
                if f"slipway-{other.name}-".startswith(f"{stack}-"):
                    beginning = stack.removeprefix("slipway-")
                    raise ValueError(
                        f"{other.name} begins with {beginning}, as the resources of {one.name} do; call it otherwise"
                    )
        return environments

    @model_validator(mode="after")
    def _images_of_github_are_cached_within_reach(self) -> Self:
        for environment in self.environments.values():
            if environment.image == "ghcr" and environment.account not in {self.registry.account, SANDBOX_ACCOUNT}:
                raise ValueError(
                    f"environments.{environment.name}.image: 'ghcr' needs the environment in the registry's account "
                    f"{self.registry.account}, which caches the images, is in {environment.account}"
                )
        return self

    @model_validator(mode="after")
    def _endpoints_reach_the_registry(self) -> Self:
        """VPC endpoints lead to services of their own region. The sandbox takes the registry into its region."""
        for name, environment in self.environments.items():
            if environment.network.nat == "endpoints" and environment.image == "ecr" and name != SANDBOX:
                region = self.registry.region
                if environment.region != region:
                    raise KeyedValueError(
                        ("environments", name, "network", "nat"),
                        f"must not be 'endpoints' in {environment.region}: no VPC endpoint there leads to the registry "
                        f"in {region}",
                    )
        return self

    @model_validator(mode="after")
    def _roles_are_told_apart(self) -> Self:
        of_whom: dict[str, str] = {}
        for role, name in self.identity.role_names(self.environments).items():
            other = of_whom.setdefault(name.lower(), role)  # IAM does not tell upper from lower case in these names
            if other != role:
                raise ValueError(
                    f"identity: the roles of {other} and of {role} are both called {name!r}; each needs its own name"
                )
        return self

    @property
    def accounts(self) -> tuple[str, ...]:
        """The registry's account and those of the environments, each once."""
        return tuple(dict.fromkeys([self.registry.account, *(each.account for each in self.environments.values())]))

    @property
    def build_branches(self) -> tuple[str, ...]:
        """The branches that some environment is deployed from: whose workflows build images."""
        return tuple(dict.fromkeys(each.branch for each in self.environments.values() if each.branch))

    def identity_stack_id(self, account: str) -> str:
        """What `cdk deploy` calls the identity stack of that account.

        The stack has the same name in every account; only where several lie side by side in one assembly is the
        account part of the id.
        """
        return IDENTITY if len(self.accounts) == 1 else f"{IDENTITY}-{account}"

    def environment(self, name: str) -> Environment:
        """The environment of that name.

        Raises:
            ConfigurationError: there is none.
        """
        if name not in self.environments:
            close = difflib.get_close_matches(name, self.environments, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; it has {', '.join(self.environments)}"
            raise ConfigurationError(f"environment {name!r} is not in slipway.toml{hint}")
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
