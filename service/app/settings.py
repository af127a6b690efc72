"""What the environment tells the service."""

from reprlib import repr as shortened
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Name = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$",
        description="1 to 255 letters, digits, '-' or '_', the first a letter or a digit",
    ),
]

# The grammar of a tag in the OCI distribution specification.
ImageTag = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
        description="1 to 128 letters, digits, '.', '-' or '_', the first neither '.' nor '-'",
    ),
]


class InvalidSettingsError(ValueError):
    """An environment variable holds a value that is not allowed. The message is one line and names all of them."""


class Settings(BaseSettings):
    """The service's settings, each from the environment variable of its name in capitals.

    Args:
        service_name: Name under which the service presents itself. "slipway-sample" when omitted.
        environment: Environment that the task runs in, such as "dev" or "prod". "local" when omitted.
        image_tag: Tag of the image that the task was started from. "unknown" when omitted.
    """

    model_config = SettingsConfigDict(frozen=True)

    service_name: Name = "slipway-sample"
    environment: Name = "local"
    image_tag: ImageTag = "unknown"


def read_settings() -> Settings:
    """Read the settings from the process's environment.

    Raises:
        InvalidSettingsError: A variable is set to a value that is not allowed; an empty value counts as one.
    """
    try:
        return Settings()
    except ValidationError as error:
        fields = {str(problem["loc"][0]): problem["input"] for problem in error.errors()}
        raise InvalidSettingsError("; ".join(_problem(field, value) for field, value in fields.items())) from None


def _problem(field: str, value: object) -> str:
    return f"{field.upper()} is {shortened(value)}, but it takes {Settings.model_fields[field].description}"
