from pathlib import Path

from fastapi.testclient import TestClient

import app as package
from tests.dockerfile import SERVICE


def test_it_is_this_folder_s_app_that_is_tested() -> None:
    assert Path(str(package.__file__)) == SERVICE / "app" / "__init__.py"


def test_the_root_tells_which_service_answers(client: TestClient) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert response.json() == {
        "name": "orders",
        "version": package.__version__,
        "image_tag": "sha-4f1c",
        "environment": "prod",
    }


def test_the_interactive_documentation_is_served(client: TestClient) -> None:
    response = client.get("/docs")

    assert response.status_code == 200
    assert "swagger-ui" in response.text


def test_the_schema_names_the_service_its_version_and_every_answer(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()

    assert schema["info"] == {"title": "orders", "version": package.__version__}
    answers = {path: set(methods["get"]["responses"]) for path, methods in schema["paths"].items()}
    assert answers == {"/": {"200"}, "/health/live": {"200"}, "/health/ready": {"200", "503"}}
