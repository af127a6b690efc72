"""`make observe`: what it says where something is missing, and where to look when nothing is."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from tests.conftest import PROJECT
from tests.observability.servers import OBSERVABILITY

SERVICES = yaml.safe_load((OBSERVABILITY / "compose.yaml").read_text())["services"]
PORTS = {int(port.split(":")[1]) for service in SERVICES.values() for port in service["ports"]}


HEALTHY = "Up 3 seconds (healthy)"
STARTING = "Up 1 second (health: starting)"


def observe(programs: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it in that folder, where only the programs in it are on PATH, with these variables."""
    return subprocess.run(
        [str(shutil.which("bash")), str(OBSERVABILITY / "observe.sh")],
        cwd=programs,
        env={"PATH": str(programs), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def install(folder: Path, name: str, *, fails: str = "nothing", states: Mapping[str, Sequence[str]] = {}) -> None:
    """A program that keeps its words and where it was started, and ends with 1 if they contain that one.

    Args:
        states: what `ps` says of a container, one after the other and the last one for good. All others are healthy.
    """
    (folder / "states").mkdir(exist_ok=True)
    for container in SERVICES:
        (folder / "states" / container).write_text("".join(f"{each}\n" for each in states.get(container, [HEALTHY])))
    (folder / name).write_text(
        f'''#!{shutil.which("sh")}
echo "{name} $* in $PWD" >> "{folder}/log"
echo "$SLACK_WEBHOOK_URL_FILE" > "{folder}/slack"
case " $* " in
  *" {fails} "*) exit 1 ;;
  *" config --services "*) printf '%s\\n' {" ".join(SERVICES)} ;;
  *" ps "*)
    for container; do :; done
    {{ read -r state; rest=$({shutil.which("cat")}); }} < "{folder}/states/$container"
    echo "$container $state"
    [ -z "$rest" ] || echo "$rest" > "{folder}/states/$container"
    ;;
esac
'''
    )
    (folder / name).chmod(0o755)
    (folder / "sleep").write_text(f"#!{shutil.which('sh')}\n")
    (folder / "sleep").chmod(0o755)


def test_without_compose_one_line_says_what_to_install(tmp_path: Path) -> None:
    done = observe(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "docker compose is missing: install Docker with its compose plugin, then run make observe again\n"
    )


@pytest.mark.parametrize(("name", "command"), [("docker", "docker compose"), ("docker-compose", "docker-compose")])
def test_it_starts_everything_and_prints_a_url_for_each_port(tmp_path: Path, name: str, command: str) -> None:
    install(tmp_path, name)
    done = observe(tmp_path)
    assert done.returncode == 0, done.stderr
    started = f"{command} --file compose.yaml up --build --detach in {OBSERVABILITY}"
    assert started in (tmp_path / "log").read_text().splitlines()
    assert {int(port) for port in re.findall(r"http://localhost:(\d+)/", done.stdout)} == PORTS
    assert f"{command} --file observability/compose.yaml down" in done.stderr


def test_an_old_docker_without_the_plugin_leaves_it_to_docker_compose(tmp_path: Path) -> None:
    install(tmp_path, "docker", fails="compose")
    install(tmp_path, "docker-compose")
    assert observe(tmp_path).returncode == 0
    assert (tmp_path / "log").read_text().splitlines()[-1].startswith("docker-compose --file")


def test_what_does_not_start_is_not_called_started(tmp_path: Path) -> None:
    install(tmp_path, "docker", fails="up")
    done = observe(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "docker compose --file observability/compose.yaml logs" in done.stderr


def test_urls_are_printed_when_everything_is_healthy_and_not_before(tmp_path: Path) -> None:
    install(tmp_path, "docker", states={"grafana": [STARTING, STARTING, HEALTHY]})
    assert observe(tmp_path).returncode == 0
    assert (tmp_path / "log").read_text().count(" ps grafana ") == 3


@pytest.mark.parametrize("state", ["Up 9 seconds (unhealthy)", "Exit 1", "and nothing else"])
def test_a_container_that_died_or_is_not_well_is_named_in_place_of_urls(tmp_path: Path, state: str) -> None:
    install(tmp_path, "docker", states={"jaeger": [STARTING, state], "grafana": [STARTING]})
    done = observe(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Not healthy: jaeger: docker compose --file observability/compose.yaml logs says why\n"


def test_what_starts_forever_is_waited_for_no_longer_than_so_many_seconds(tmp_path: Path) -> None:
    install(tmp_path, "docker-compose", states={"grafana": [STARTING]})
    done = observe(tmp_path, PATIENCE="0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Not healthy in time: grafana: docker-compose ")


def test_a_secrets_file_is_looked_for_where_its_path_was_typed(tmp_path: Path) -> None:
    install(tmp_path, "docker")
    (tmp_path / "webhook").write_text("https://hooks.example/x")
    assert observe(tmp_path, SLACK_WEBHOOK_URL_FILE="webhook").returncode == 0
    assert (tmp_path / "slack").read_text().strip() == str(tmp_path / "webhook")
    assert observe(tmp_path, SLACK_WEBHOOK_URL_FILE=str(tmp_path / "webhook")).returncode == 0
    assert (tmp_path / "slack").read_text().strip() == str(tmp_path / "webhook")


@pytest.mark.parametrize("path", ["missing", "states"])
def test_a_secrets_file_that_is_none_is_refused_before_anything_starts(tmp_path: Path, path: str) -> None:
    install(tmp_path, "docker")
    done = observe(tmp_path, HEARTBEAT_URL_FILE=path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"HEARTBEAT_URL_FILE names {path}, which is no file: give the path of the file that holds the secret\n"
    )
    assert not (tmp_path / "log").exists()


def test_make_knows_it_and_needs_nothing_installed_for_it() -> None:
    make = subprocess.run(
        ["make", "--dry-run", "observe"], cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert make.stdout == "observability/observe.sh\n"
