"""Where the value of a variable comes from that a task is given as a secret."""

from dataclasses import dataclass

ARN_FIELDS = 7
"""Of a secret's ARN; ECS takes the JSON key, and two more fields, after it ("Pass Secrets Manager secrets")."""


@dataclass(frozen=True)
class SecretReference:
    """A variable and its source.

    Attributes:
        source: a secret's ARN, or the name or ARN of a parameter.
        key: of the JSON object in the secret; empty if the whole secret is meant.
    """

    variable: str
    source: str
    key: str

    @classmethod
    def of(cls, variable: str, value_from: str) -> "SecretReference":
        """As the task definition and slipway.toml write it."""
        if ":secretsmanager:" not in value_from:
            return cls(variable, value_from, "")
        fields = value_from.split(":")
        return cls(variable, ":".join(fields[:ARN_FIELDS]), fields[ARN_FIELDS] if len(fields) > ARN_FIELDS else "")

    @property
    def in_secrets_manager(self) -> bool:
        """Whether it is a secret; otherwise, a parameter."""
        return ":secretsmanager:" in self.source
