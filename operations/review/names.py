"""What a reviewer calls things: environments, and construct paths below their stack."""

from configuration import stack_names

SHARED = "shared"
"""In the place of an environment's name, for the stacks that serve all of them."""

STACKS_OF_AN_ENVIRONMENT = (
    stack_names.network,
    stack_names.telemetry,
    stack_names.prometheus,
    stack_names.service,
    stack_names.dashboards,
    stack_names.observability,
)

UNNAMED = ("Resource", "Default")
"""Ids by which the CDK's constructs call their own main resource; they say nothing that the construct does not."""


def environment_of(stack: str) -> str:
    """The environment that the stack of that id or name belongs to, or `SHARED`."""
    for name_of in STACKS_OF_AN_ENVIRONMENT:
        before, _, after = name_of("/").partition("/")
        environment = stack.removeprefix(before).removesuffix(after)
        if environment and before + environment + after == stack:
            return environment
    return SHARED


def shortened(path: str, stack: str) -> str:
    """`/slipway-prod-service/Ingress/Targets/Resource` as `Ingress/Targets`; empty for the stack itself."""
    below = path.removeprefix("/")
    below = "" if below == stack else below.removeprefix(f"{stack}/")
    construct, _, last = below.rpartition("/")
    return construct if construct and last in UNNAMED else below


def property_path(path: tuple[str | int, ...]) -> str:
    """`("Tags", 0, "Key")` as `Tags[0].Key`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
