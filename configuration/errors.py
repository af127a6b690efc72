"""What is said when `slipway.toml` cannot be used."""


class ConfigurationError(Exception):
    """The configuration cannot be used.

    Attributes:
        problems: one line each, in the form `FILE: KEY: what is wrong`; `str()` joins them with newlines.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class KeyedValueError(ValueError):
    """A problem of one key, found where the whole table around it is looked at; raised by the models' own rules.

    Attributes:
        keys: from the value that is being checked down to the one that is wrong.
    """

    def __init__(self, keys: tuple[str | int, ...], wrong: str) -> None:
        super().__init__(wrong)
        self.keys = keys
