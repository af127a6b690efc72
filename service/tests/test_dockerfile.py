import re
import tomllib

from tests.dockerfile import SERVICE, command, final_stage, health_check, option

ALB_IDLE_TIMEOUT = 60  # seconds; the default of an Application Load Balancer
ECS_STOP_TIMEOUT = 30  # seconds; the default of ECS between SIGTERM and SIGKILL


def test_an_idle_connection_outlives_the_load_balancer_s_idle_timeout() -> None:
    assert int(option("--timeout-keep-alive")) > ALB_IDLE_TIMEOUT


def test_the_graceful_shutdown_ends_before_ecs_kills() -> None:
    assert int(option("--timeout-graceful-shutdown")) <= ECS_STOP_TIMEOUT - 5


def test_the_server_is_the_container_s_first_process() -> None:
    assert command()[:2] == ["uvicorn", "app.main:app"]
    assert "ENTRYPOINT" not in final_stage()


def test_the_service_listens_where_the_image_says() -> None:
    assert option("--host") == "0.0.0.0"  # noqa: S104 - in a container every address is the container's own
    assert final_stage()["EXPOSE"] == [option("--port")]
    assert f"http://127.0.0.1:{option('--port')}/health/live" in health_check()[-1]


def test_the_service_does_not_run_as_root() -> None:
    assert final_stage()["USER"] == ["appuser"]
    assert "useradd --uid=10001 --gid=appuser" in final_stage()["RUN"][0]


def test_only_the_environment_and_the_code_reach_the_image() -> None:
    assert final_stage()["COPY"] == ["--from=builder /opt/venv /opt/venv", "--chmod=0555 app/ app/"]
    assert "ADD" not in final_stage()


def test_the_image_exports_with_the_plugin_that_the_project_requires() -> None:
    project = tomllib.loads((SERVICE / "pyproject.toml").read_text())
    pinned = re.search(r"^ARG POETRY_PLUGIN_EXPORT_VERSION=(.+)$", (SERVICE / "Dockerfile").read_text(), re.MULTILINE)

    assert pinned is not None
    assert pinned[1] == project["tool"]["poetry"]["requires-plugins"]["poetry-plugin-export"]
