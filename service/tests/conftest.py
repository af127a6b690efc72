"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.server import Server, started_server


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)


@pytest.fixture
def app() -> FastAPI:
    """An application of its own, before its start-up."""
    return create_app(Settings(service_name="orders", environment="prod", image_tag="sha-4f1c"))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the application, between start-up and shutdown."""
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server, started by the image's own command, that trusts a load balancer which is elsewhere."""
    log = tmp_path_factory.mktemp("server") / "log"
    variables = {"IMAGE_TAG": "sha-4f1c", "ENVIRONMENT": "prod", "FORWARDED_ALLOW_IPS": "10.0.0.0/16"}
    with started_server(log, environment=variables) as server:
        yield server
