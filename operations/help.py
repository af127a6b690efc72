"""How `slipway --help` and `slipway VERB --help` are laid out: groups of verbs, flowing text, examples."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

BEGIN, DELIVER, LOOK, CHANGES, WORKFLOWS = (
    "Set up",
    "Deliver",
    "Look",
    "Review changes",
    "In GitHub's workflows",
)

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "init": (
        "slipway init",
        "slipway init --domain api.example.com --email on-call@example.com",
        "slipway init --yes --account dev=111111111111 --account prod=222222222222",
    ),
    "environments": ("slipway environments", "slipway environments --json"),
    "doctor": ("slipway doctor", "slipway doctor prod --tag sha-0123456789ab"),
    "deploy": ("slipway deploy dev", "slipway deploy dev --tag sha-0123456789ab"),
    "release": ("slipway release dev --tag sha-0123456789ab", "slipway release prod --tag sha-0123456789ab --json"),
    "rollback": ("slipway rollback prod", "slipway rollback prod --to sha-0123456789ab"),
    "abort": ("slipway abort prod",),
    "status": ("slipway status dev", "slipway status prod --json"),
    "watch": ("slipway watch prod", "slipway watch prod --on-cancel rollback"),
    "diagnose": ("slipway diagnose prod",),
    "logs": (
        "slipway logs dev --since 15m",
        "slipway logs prod --follow --filter ERROR",
    ),
    "exec": ("slipway exec dev", "slipway exec dev -- env"),
    "scale": ("slipway scale prod 4 12",),
    "cost": ("slipway cost", "slipway cost dev prod --json"),
    "github": ("slipway github", "slipway github prod"),
    "review": ("slipway review cdk.out.base cdk.out",),
    "diff": ("slipway diff prod cdk.out",),
    "drift": ("slipway drift prod",),
    "history": ("slipway history prod --limit 5",),
    "smoke": ("slipway smoke prod --tag sha-0123456789ab",),
    "drill": ("slipway sandbox drill --list", "slipway sandbox drill rollback tag-missing --report drills.md"),
}
"""By verb, what to type."""


def text_of(verb: Callable[..., object], name: str) -> str:
    """The help of that verb: its docstring, and its examples.

    Every paragraph is one line, which the terminal breaks where it ends.
    """
    paragraphs = [" ".join(paragraph.split()) for paragraph in (inspect.getdoc(verb) or "").split("\n\n")]
    if examples := EXAMPLES.get(name):
        if len(paragraphs) == 1:  # Typer takes the indentation from what begins right after the first paragraph
            paragraphs.append("")
        paragraphs.append("\n".join(["Examples:", *(f"  {example}" for example in examples)]))
    return "\n\n".join(paragraphs)


class Verb(TyperCommand):
    """A verb, in whose help a flag shows no type: it takes no value, and Typer writes `<bool>` beside it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The arguments and options, with that of the help."""
        return _without_types(super().get_params(ctx))


class Verbs(TyperGroup):
    """A group of verbs, likewise."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options, with that of the help."""
        return _without_types(super().get_params(ctx))


def _without_types(parameters: list[Any]) -> list[Any]:
    for each in parameters:
        if getattr(each, "is_flag", False):
            each.metavar = ""
    return parameters
