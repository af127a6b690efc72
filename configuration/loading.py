"""Reading `slipway.toml`, and saying in one line each what is wrong with it."""

import difflib
import tomllib
from pathlib import Path
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from configuration.environment import Environment
from configuration.errors import ConfigurationError, KeyedValueError
from configuration.project import Configuration

FILE_NAME = "slipway.toml"

# What pydantic's types of error are called in TOML's words.
EXPECTED = {
    "string_type": "a string in quotes",
    "int_type": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "an array",
    "dict_type": "a table",
    "model_type": "a table",
}
CONSEQUENCE = "default_factory_not_called"
"""Pydantic's error of a key that was omitted, and whose default is made of another one that has an error itself."""

KEY_ITSELF = "[key]"
"""What pydantic adds to the place of a key that is wrong itself, in a table whose keys are free."""

BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def find(start: Path) -> Path:
    """The nearest `slipway.toml` in that folder or above it.

    Raises:
        ConfigurationError: there is none.
    """
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise ConfigurationError(
        f"{FILE_NAME}: is neither in {start.absolute()} nor in a folder above it; slipway init writes one"
    )


def load(path: Path) -> Configuration:
    """The configuration in that file.

    Raises:
        ConfigurationError: the file cannot be read, is not TOML, or has unknown keys or bad values; it carries one
            line for each problem, in the form `FILE: KEY: what is wrong`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path.name or path}: cannot be read: {error.strerror}: {path}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path.name}: is not valid TOML: {error}") from error
    return parse(text, path.name)


def parse(text: str, name: str = FILE_NAME) -> Configuration:
    """The configuration that this text is.

    Args:
        name: of the file, which the problems are said to be in.

    Raises:
        ConfigurationError: as of `load`.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: is not valid TOML: {error}") from error
    try:
        return Configuration.model_validate(document)
    except ValidationError as error:
        problems = [each for each in error.errors() if each["type"] != CONSEQUENCE]
        raise ConfigurationError(*(_line(name, details) for details in problems)) from None


def _line(file: str, details: ErrorDetails) -> str:
    return ": ".join(part for part in (file, _place(_location(details)), _wrong(details)) if part)


def _location(details: ErrorDetails) -> tuple[str | int, ...]:
    location, error = details["loc"], details.get("ctx", {}).get("error")
    if location and location[-1] == KEY_ITSELF:
        return location[:-1]
    return location + error.keys if isinstance(error, KeyedValueError) else location


def _place(location: tuple[str | int, ...]) -> str:
    match location:
        case ("environments", str(name), "name"):  # written as [environments.NAME]
            return f"environments.{name}"
        case _:
            keys = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
            return "".join(keys).removeprefix(".")


def _wrong(details: ErrorDetails) -> str:
    match details["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return _unknown(details["loc"])
        case "value_error":
            return str(details.get("ctx", {})["error"])
        case _:
            return f"must be {_allowed(details)}, is {_toml(details['input'])}"


def _allowed(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    match details["type"]:
        case "literal_error":
            return str(context["expected"])
        case kind if kind in BOUNDS:
            key, words = BOUNDS[kind]
            return f"{words} {_number(context[key])}"
        case kind:
            return EXPECTED.get(kind, details["msg"].removeprefix("Input should be "))


def _number(bound: float) -> str:
    """As one writes it: pydantic makes a float of every bound of one."""
    return str(int(bound) if bound == int(bound) else bound)


def _toml(value: object) -> str:
    """The value as its author would call it."""
    match value:
        case dict():
            return "a table"
        case list():
            return "an array"
        case bool():
            return str(value).lower()
        case str():
            return repr(value)
        case _:
            return str(value)  # numbers, dates and times


def _unknown(location: tuple[str | int, ...]) -> str:
    known = sorted(_keys(location[:-1]))
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
    return f"is not known here; {hint}"


def _keys(location: tuple[str | int, ...]) -> set[str]:
    """The keys of the table at that place, found by walking the models as the location does."""
    model: Any = Configuration
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = _without_none(model.model_fields[str(part)].annotation)
        elif isinstance(part, int):
            model = get_args(model)[0]  # an array of tables
        else:
            model = get_args(model)[-1]  # a dictionary of tables: whatever the key, its value's type
    return set(model.model_fields) - ({"name"} if model is Environment else set())


def _without_none(annotation: Any) -> Any:
    """The type of a table that may be left out, which its annotation says by a None."""
    alternatives = get_args(annotation)
    return alternatives[0] if alternatives[1:] == (NoneType,) else annotation
