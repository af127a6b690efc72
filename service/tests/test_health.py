import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


def test_live_while_starting_ready_and_stopping(app: FastAPI) -> None:
    client = TestClient(app)
    answers = [client.get("/health/live")]
    with client:
        answers.append(client.get("/health/live"))
    answers.append(client.get("/health/live"))

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "live"})] * 3


def test_ready_only_between_start_up_and_shutdown(app: FastAPI) -> None:
    client = TestClient(app)
    before = client.get("/health/ready")
    with client:
        between = client.get("/health/ready")
    after = client.get("/health/ready")

    assert [(answer.status_code, answer.json()) for answer in (before, between, after)] == [
        (503, {"status": "starting"}),
        (200, {"status": "ready"}),
        (503, {"status": "stopping"}),
    ]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
@pytest.mark.parametrize("started", [False, True])
def test_health_is_never_cached(app: FastAPI, path: str, *, started: bool) -> None:
    client = TestClient(app)
    if started:
        with client:
            response = client.get(path)
    else:
        response = client.get(path)

    assert response.headers["Cache-Control"] == "no-store"
