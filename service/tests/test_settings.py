import re
import runpy
import sys

import pytest
from pydantic import ValidationError

from app.settings import InvalidSettingsError, Settings, read_settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_NAME", "orders")
    monkeypatch.setenv("ENVIRONMENT", "prod")
    monkeypatch.setenv("IMAGE_TAG", "v1.2.3")

    assert read_settings() == Settings(service_name="orders", environment="prod", image_tag="v1.2.3")


def test_every_setting_may_be_omitted() -> None:
    settings = read_settings()

    assert (settings.service_name, settings.environment, settings.image_tag) == ("slipway-sample", "local", "unknown")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_settings().image_tag = "another"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SERVICE_NAME", ""),
        ("SERVICE_NAME", "-orders"),
        ("SERVICE_NAME", "or ders"),
        ("SERVICE_NAME", "o" * 256),
        ("ENVIRONMENT", ""),
        ("ENVIRONMENT", "prod\n"),
        ("ENVIRONMENT", "eu/prod"),
        ("IMAGE_TAG", ""),
        ("IMAGE_TAG", ".hidden"),
        ("IMAGE_TAG", "repository:tag"),
        ("IMAGE_TAG", "t" * 129),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a/?b"),
        ("OTEL_TRACES_SAMPLER_ARG", "10%"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.01"),
        ("OTEL_TRACES_SAMPLER_ARG", "-0.1"),
        ("OTEL_TRACES_SAMPLER_ARG", "nan"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(InvalidSettingsError, match=f"^{variable} is '.*', but it takes (1 to|a URL|a number)"):
        read_settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SERVICE_NAME", "o" * 255), ("ENVIRONMENT", "eu-prod_2"), ("IMAGE_TAG", "t" * 128), ("IMAGE_TAG", "_sha-4F1c.2")],
)
def test_a_value_at_the_edge_of_what_is_allowed_is_taken(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert getattr(read_settings(), variable.lower()) == value


def test_variables_of_opentelemetry_that_are_empty_count_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG")
    for name in (*names, "OTEL_SDK_DISABLED"):
        monkeypatch.setenv(name, "")

    assert read_settings() == Settings()


def test_one_short_line_names_every_value_that_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "pr\nod")
    monkeypatch.setenv("IMAGE_TAG", "t" * 10_000)

    with pytest.raises(InvalidSettingsError) as refusal:
        read_settings()

    message = str(refusal.value)
    assert "ENVIRONMENT is 'pr\\nod'" in message
    assert "IMAGE_TAG is 'ttt" in message
    assert len(message.splitlines()) == 1
    assert len(message) < 300


def test_a_value_that_is_not_allowed_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("IMAGE_TAG", "two words")
    monkeypatch.delitem(sys.modules, "app.main")

    with pytest.raises(SystemExit, match=r"^1$"):
        runpy.run_module("app.main")
    assert re.match(r"^The service cannot start: IMAGE_TAG is 'two words', but it takes .*\.$", caplog.messages[-1])
