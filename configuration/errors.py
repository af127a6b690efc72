"""What is said when `slipway.toml` cannot be used."""


class ConfigurationError(Exception):
    """The configuration cannot be used.

    Attributes:
        problems: one line each, in the form `FILE: KEY: what is wrong`; `str()` joins them with newlines.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
