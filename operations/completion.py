"""What a shell completes: environments, image tags, drills.

Whoever completes waits, and sees no errors: only what is quick is asked, and what cannot be known is not completed.
"""

import re
from pathlib import Path

import typer

FILE_NAME = "slipway.toml"

DRILLS = Path(__file__).parents[1] / "sandbox" / "drills"

DRILL = re.compile(r'^    name = "([a-z-]+)"\n    promise = \(?((?:\s*"[^"\n]*")+)', re.MULTILINE)
"""In the class of a drill, which takes seconds to import."""
LITERAL = re.compile(r'"([^"\n]*)"')

ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]*")
UNSAFE = re.compile(r"[^\w .,;:+/\N{RIGHT SINGLE QUOTATION MARK}-]+")
"""What a shell that evaluates an explanation would take for more than text."""

COMMITS = 20

Completions = list[tuple[str, str]]


def environment_names(context: typer.Context, incomplete: str) -> Completions:
    """The environments that begin like this, and where they are.

    Only the names are read, because slipway.toml may be wrong elsewhere. Without a file that can be read there is
    nothing to complete.
    """
    import tomllib  # noqa: PLC0415 - only who completes needs it

    try:
        environments = tomllib.loads(_file(context).read_text(encoding="utf-8"))["environments"]
        named = [(name, _place(table)) for name, table in environments.items() if ENVIRONMENT.fullmatch(name)]
    except (OSError, ValueError, KeyError, AttributeError):
        return []
    return _beginning(incomplete, named)


def image_tags(context: typer.Context, incomplete: str) -> Completions:
    """The tags of the newest commits of the work tree, which may have no image: no registry is asked."""
    import subprocess  # noqa: PLC0415 - only who completes needs it

    words = ["git", "-C", str(_file(context).absolute().parent)]
    words += ["log", f"--max-count={COMMITS}", "--abbrev=12", "--format=%h %s"]
    try:
        lines = subprocess.run(words, capture_output=True, text=True, check=True, errors="replace").stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return []
    commits = [line.partition(" ") for line in lines]
    return _beginning(incomplete, [(f"sha-{commit}", _plain(subject)) for commit, _, subject in commits])


def drill_names(context: typer.Context, incomplete: str) -> Completions:
    """The drills that begin like this and are not named yet, and what they promise."""
    named = context.params.get("names") or ()
    drills = [
        (name, _plain("".join(LITERAL.findall(promise))))
        for file in sorted(DRILLS.glob("*.py"))
        for name, promise in DRILL.findall(file.read_text(encoding="utf-8"))
        if name not in named
    ]
    return _beginning(incomplete, drills)


def _beginning(incomplete: str, completions: Completions) -> Completions:
    return [(value, says) for value, says in completions if value.startswith(incomplete)]


def _file(context: typer.Context) -> Path:
    """As `operations.context` finds it; but the callback that keeps the option does not run while a shell completes."""
    chosen = context.find_root().params.get("configuration")
    if chosen:
        return Path(chosen)
    folders = [Path.cwd(), *Path.cwd().parents]
    return next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), Path(FILE_NAME))


def _place(table: object) -> str:
    return _plain(f"{table.get('region')}, account {table.get('account')}") if isinstance(table, dict) else ""


def _plain(text: str) -> str:
    return UNSAFE.sub(" ", text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")).strip()
