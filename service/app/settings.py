"""What the environment tells the service."""

from reprlib import repr as shortened
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
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

DEFAULT_RATIO = 0.1

# OpenTelemetry's specification takes a variable that is empty for one that is not set.
Endpoint = Annotated[
    str,
    Field(
        pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$", description="a URL of a collector, such as http://127.0.0.1:4318"
    ),
]
Ratio = Annotated[
    float,
    BeforeValidator(lambda value: DEFAULT_RATIO if value == "" else value),
    Field(ge=0, le=1, description="a number from 0 to 1"),
]
# "Any value that is not explicitly defined here as a true value MUST be interpreted as false" (the same).
Switch = Annotated[bool, BeforeValidator(lambda value: str(value).strip().lower() == "true")]


class InvalidSettingsError(ValueError):
    """An environment variable holds a value that is not allowed. The message is one line and names all of them."""


class Settings(BaseSettings):
    """The service's settings, each from the environment variable of its name in capitals.

    Args:
        service_name: Name under which the service presents itself. "slipway-sample" when omitted.
        environment: Environment that the task runs in, such as "dev" or "prod". "local" when omitted.
        image_tag: Tag of the image that the task was started from. "unknown" when omitted.
        otel_exporter_otlp_endpoint: Base URL of the collector that takes traces by OTLP/HTTP. No traces when omitted.
        otel_exporter_otlp_traces_endpoint: The whole URL in its place.
        otel_traces_sampler_arg: Part of the traces begun here that are kept, 0 to 1. 0.1 when omitted.
        otel_sdk_disabled: No traces at all. False when omitted.
    """

    model_config = SettingsConfigDict(frozen=True)

    service_name: Name = "slipway-sample"
    environment: Name = "local"
    image_tag: ImageTag = "unknown"
    otel_exporter_otlp_endpoint: Endpoint = ""
    otel_exporter_otlp_traces_endpoint: Endpoint = ""
    otel_traces_sampler_arg: Ratio = DEFAULT_RATIO
    otel_sdk_disabled: Switch = False

    @property
    def traces_endpoint(self) -> str:
        """Where traces go to; empty if there shall be none."""
        if self.otel_sdk_disabled:
            return ""
        base = self.otel_exporter_otlp_endpoint
        return self.otel_exporter_otlp_traces_endpoint or (base and f"{base.removesuffix('/')}/v1/traces")


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
