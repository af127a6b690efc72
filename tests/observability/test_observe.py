"""`make observe`: what it says where something is missing, and where to look when nothing is."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import PROJECT
from tests.observability.servers import OBSERVABILITY

PORTS = {
    int(port.split(":")[1])
    for service in yaml.safe_load((OBSERVABILITY / "compose.yaml").read_text())["services"].values()
    for port in service["ports"]
}


def observe(programs: Path) -> subprocess.CompletedProcess[str]:
    """Run it where only these programs are on PATH."""
    return subprocess.run(
        [str(shutil.which("bash")), str(OBSERVABILITY / "observe.sh")],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )


def install(folder: Path, name: str, *, fails: str = "nothing") -> None:
    """A program that keeps its words and where it was started, and ends with 1 if they contain that one."""
    (folder / name).write_text(
        f'#!{shutil.which("sh")}\necho "{name} $* in $PWD" >> "{folder}/log"\n'
        f'case " $* " in *" {fails} "*) exit 1;; esac\n'
    )
    (folder / name).chmod(0o755)


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
    started = (tmp_path / "log").read_text().splitlines()[-1]
    assert started == f"{command} --file compose.yaml up --build --detach in {OBSERVABILITY}"
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


def test_make_knows_it_and_needs_nothing_installed_for_it() -> None:
    make = subprocess.run(
        ["make", "--dry-run", "observe"], cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert make.stdout == "observability/observe.sh\n"
