"""The image, built and run as its task definition runs it: read-only, without capabilities."""

import json
import shutil
import uuid
from collections.abc import Iterator

import pytest

from tests.container import HARDENED, Container, built_image, docker, engine_answers, layers, started_container
from tests.dockerfile import SERVICE, command, final_stage, health_check
from tests.server import VISITOR, request_in_flight, wait_for

pytestmark = pytest.mark.image


@pytest.fixture(scope="module", autouse=True)
def _engine() -> None:
    if not engine_answers():
        pytest.skip("no container engine answers: start Docker, or podman's API socket, to run this test")


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image of this folder."""
    with built_image(SERVICE) as name:
        yield name


@pytest.fixture(scope="module")
def image_of_a_change(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image of this folder with one line of the code changed, never built before."""
    changed = tmp_path_factory.mktemp("change") / "service"
    shutil.copytree(SERVICE, changed, ignore=shutil.ignore_patterns(".venv", ".*_cache"))
    with (changed / "app" / "main.py").open("a") as code:
        code.write(f"# {uuid.uuid4()}\n")
    with built_image(changed) as name:
        yield name


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[Container]:
    """A container as its task definition runs it."""
    with started_container(image, *HARDENED, environment={"IMAGE_TAG": "sha-4f1c"}) as container:
        yield container


@pytest.fixture(scope="module")
def runs_programs(container: Container) -> Container:
    """The same, of which is known that a program which it has does run."""
    assert container.run("python", "--version").returncode == 0
    return container


def test_the_service_shows_the_tag_that_the_task_definition_gives(container: Container) -> None:
    assert VISITOR.get(f"{container.url}/").json()["image_tag"] == "sha-4f1c"


def test_the_service_is_the_first_process_and_has_neither_root_nor_capabilities(container: Container) -> None:
    status = dict(line.split(":\t", 1) for line in container.run("cat", "/proc/1/status").stdout.splitlines())

    assert status["Name"] == "uvicorn"
    assert set(status["Uid"].split()) == {"10001"}
    assert set(status["Gid"].split()) == {"10001"}
    assert {int(status[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}


def test_the_health_check_passes(container: Container) -> None:
    assert container.run(*health_check()).returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["pip", "--version"],
        ["python", "-m", "pip", "--version"],
        ["python", "-m", "ensurepip", "--version"],
        ["/usr/local/bin/python", "-m", "pip", "--version"],
        ["/usr/local/bin/python", "-c", "import setuptools"],
        ["poetry", "--version"],
        ["gcc", "--version"],
        ["make", "--version"],
    ],
    ids=" ".join,
)
def test_nothing_that_builds_or_installs_runs(runs_programs: Container, words: list[str]) -> None:
    assert runs_programs.run(*words).returncode != 0


def test_the_user_owns_no_file_and_can_write_to_none_of_the_service_s(image: str) -> None:
    closed_directories = ["-type", "d", "-not", "-executable", "-prune"]
    with started_container(image) as writable:
        user = writable.run("id", "--user", "appuser").stdout.strip()
        owned = writable.run("find", "/", "-xdev", *closed_directories, "-o", "-user", "appuser", "-print")
        places = ["/etc", "/opt", "/srv", "/tmp", "/usr"]  # noqa: S108 - /tmp shows that the search finds something
        changeable = writable.run(
            "find", *places, *closed_directories, "-o", "-writable", "-not", "-type", "l", "-print"
        )

    assert user == "10001"
    assert (owned.returncode, owned.stdout) == (0, "")
    assert (changeable.returncode, changeable.stdout.split()) == (0, ["/tmp"])  # noqa: S108 - as above


def test_only_the_code_is_in_the_working_directory(container: Container) -> None:
    in_image = container.run("find", ".", "-type", "f").stdout.split()

    assert sorted(in_image) == sorted(f"./{path.relative_to(SERVICE)}" for path in (SERVICE / "app").rglob("*.py"))


def test_sigterm_lets_a_request_in_flight_finish_and_exits_with_0(image: str) -> None:
    with started_container(
        image,
        *HARDENED,
        f"--volume={SERVICE / 'tests'}:/srv/tests:ro",
        command=[word.replace("app.main:app", "tests.slow_app:app") for word in command()],
    ) as container:
        with request_in_flight(container.port) as (connection, response):
            docker("kill", "--signal=TERM", container.name)
            wait_for(lambda: "Shutting down" in docker("logs", container.name).stdout)
            assert container.exit_code() is None

            connection.send(b"0\r\n\r\n")  # the last chunk
            assert response.read() == b"stopping\n"

        wait_for(lambda: container.exit_code() is not None)
        assert container.exit_code() == 0


def test_the_image_adds_no_more_than_40_mb_to_its_base(image: str) -> None:
    base = final_stage()["FROM"][0]
    sizes = [int(docker("image", "inspect", "--format={{.Size}}", name).stdout) for name in (image, base)]

    assert sizes[0] - sizes[1] <= 40_000_000


def test_what_was_left_out_of_the_image_is_not_missed_by_traces(image: str) -> None:
    unserved = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY": "10"}
    with started_container(image, *HARDENED, environment={**unserved, "OTEL_TRACES_SAMPLER_ARG": "1"}) as container:
        assert VISITOR.get(f"{container.url}/").is_success

        def told() -> list[str]:
            lines = [json.loads(line) for line in docker("logs", container.name).stdout.splitlines()]
            return [line["message"] for line in lines if line["logger"].startswith("opentelemetry.")]

        messages = wait_for(told)  # the batch was made and encoded; only nobody took it
        assert "Connection refused" in messages[0]


def test_a_change_of_the_code_changes_the_last_layer_only(image: str, image_of_a_change: str) -> None:
    assert layers(image_of_a_change)[:-1] == layers(image)[:-1]
    assert layers(image_of_a_change)[-1] != layers(image)[-1]


def test_the_build_argument_labels_the_image(image_of_a_change: str) -> None:
    label = '{{index .Config.Labels "org.opencontainers.image.version"}}'

    assert docker("image", "inspect", f"--format={label}", image_of_a_change).stdout.strip() == "sha-4f1c"
