"""What start.sh makes of the routing tree when there are secrets, and when there are none."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.observability.servers import OBSERVABILITY, needs, program

SLACK, PAGERDUTY, HEARTBEAT = "slack_webhook_url", "pagerduty_routing_key", "heartbeat_url"
CONFIGURATION = OBSERVABILITY / "alertmanager" / "alertmanager.yaml"


class Container:
    """A folder in which start.sh runs, with a program in Alertmanager's place that keeps what it was started with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        (folder / "alertmanager").write_text('#!/bin/sh\necho "$@"\n')
        (folder / "alertmanager").chmod(0o755)

    def start(self, **secrets: str) -> dict[str, dict[str, Any]]:
        """The receivers that Alertmanager is started with."""
        for name, content in secrets.items():
            (self.secrets / name).write_text(content)
        done = subprocess.run(
            [str(shutil.which("sh")), str(OBSERVABILITY / "alertmanager" / "start.sh"), "--storage.path=/x"],
            env={
                "PATH": os.environ["PATH"],
                "SECRETS": str(self.secrets),
                "CONFIGURATION": str(CONFIGURATION),
                "MADE": str(self.rendered),
                "ALERTMANAGER": str(self._folder / "alertmanager"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert done.stdout.split() == [f"--config.file={self.rendered}", "--storage.path=/x"]
        written = self.rendered.read_text()
        assert not [content for content in secrets.values() if content and content in written]
        return {each["name"]: each for each in yaml.safe_load(written)["receivers"]}

    @property
    def rendered(self) -> Path:
        return self._folder / "rendered.yaml"


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(tmp_path)


def test_without_secrets_everything_is_shown_and_nothing_leaves_the_machine(container: Container) -> None:
    container.start(**dict.fromkeys((SLACK, PAGERDUTY, HEARTBEAT), ""))
    assert container.rendered.read_text() == CONFIGURATION.read_text()


def test_a_webhook_of_slack_is_read_from_its_file_for_pages_and_for_tickets(container: Container) -> None:
    receivers = container.start(slack_webhook_url="https://hooks.example/T0/B0/secret")
    for name in ("page", "ticket"):
        slack = receivers[name]["slack_configs"][0]
        assert slack["api_url_file"] == str(container.secrets / SLACK)
        assert "api_url" not in slack
    assert receivers["page"]["pagerduty_configs"][0]["routing_key"] == "shown-only"


def test_a_key_of_pagerduty_is_read_from_its_file_and_sent_to_pagerduty_itself(container: Container) -> None:
    pagerduty = container.start(pagerduty_routing_key="0123456789abcdef")["page"]["pagerduty_configs"][0]
    assert pagerduty["routing_key_file"] == str(container.secrets / PAGERDUTY)
    assert not {"routing_key", "url"} & set(pagerduty)


def test_a_dead_mans_switch_is_read_from_its_file(container: Container) -> None:
    # Alertmanager knows `url_file` of a webhook from 0.26 on; Debian's 0.25, which tests start, does not.
    heartbeat = container.start(heartbeat_url="https://beats.example/secret")["heartbeat"]["webhook_configs"][0]
    assert heartbeat == {"url_file": str(container.secrets / HEARTBEAT), "send_resolved": False}


def test_a_directory_in_the_place_of_a_file_that_was_missing_is_no_secret(container: Container) -> None:
    for name in (SLACK, PAGERDUTY, HEARTBEAT):
        (container.secrets / name).mkdir()
    container.start()
    assert container.rendered.read_text() == CONFIGURATION.read_text()


@needs("amtool")
def test_alertmanager_accepts_what_is_made_with_the_secrets_of_both(container: Container) -> None:
    container.start(slack_webhook_url="https://hooks.example/x", pagerduty_routing_key="0123456789abcdef")
    written = container.rendered.read_text().replace("/etc/alertmanager/", f"{OBSERVABILITY}/alertmanager/")
    container.rendered.write_text(written)
    done = subprocess.run(
        [str(program("amtool")), "check-config", str(container.rendered)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_scripts_are_well_formed() -> None:
    for script in ("alertmanager/start.sh", "observe.sh"):
        done = subprocess.run(["shellcheck", str(OBSERVABILITY / script)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")
