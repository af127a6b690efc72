"""What the options of the command line answer beforehand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from configuration import ConfigurationError
from operations.init.document import ENVIRONMENTS


@dataclass(frozen=True)
class Options:
    """What was said, by the key of its question; None was not.

    Attributes:
        once: what there is only once.
        everywhere: `VALUE` for both environments, and `ENVIRONMENT=VALUE` for one.
        in_prod: likewise, but `VALUE` is for prod only.
    """

    once: Mapping[str, str | None]
    everywhere: Mapping[str, Iterable[str] | None]
    in_prod: Mapping[str, Iterable[str] | None]


def beforehand(options: Options) -> dict[str, str]:
    """The answers, by question.

    Raises:
        ConfigurationError: an option names an environment that is none, or is given twice for one; a line for each.
    """
    answers = {key: value for key, value in options.once.items() if value is not None}
    wrong: list[str] = []
    for key, values in options.everywhere.items():
        answers |= _of_environments(key, values or (), ENVIRONMENTS, wrong)
    for key, values in options.in_prod.items():
        answers |= _of_environments(key, values or (), ("prod",), wrong)
    if wrong:
        raise ConfigurationError(*wrong)
    return answers


def _of_environments(key: str, values: Iterable[str], unless_said: Iterable[str], wrong: list[str]) -> dict[str, str]:
    option = f"--{key.replace('_', '-')}"
    common: dict[str, str] = {}
    own: dict[str, str] = {}
    for value in values:
        name, separator, rest = value.partition("=")
        if separator and name not in ENVIRONMENTS:
            allowed = " or ".join(f"{each}=" for each in ENVIRONMENTS)
            wrong.append(f"{option}: must begin with {allowed} where it is for one environment, is {value!r}")
            continue
        answers = own if separator else common
        for place in [name] if separator else unless_said:
            if f"{place}.{key}" in answers:
                wrong.append(f"{option}: is given twice for {place}")
            answers[f"{place}.{key}"] = rest if separator else value
    return common | own
