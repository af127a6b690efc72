"""What the image of service/Dockerfile runs, for the settings around it that have to fit."""

import json
import re
from dataclasses import dataclass

from tests.conftest import PROJECT


@dataclass(frozen=True)
class Dockerfile:
    """The last stage of the Dockerfile.

    Attributes:
        command: the words of CMD.
        health_command: the words of HEALTHCHECK's CMD.
        health_options: of HEALTHCHECK, such as `interval` to `10s`.
        user: of USER.
        volumes: the directories of VOLUME.
    """

    command: list[str]
    health_command: list[str]
    health_options: dict[str, str]
    user: str
    volumes: list[str]

    def option(self, name: str) -> str:
        """The value that CMD gives to an option of uvicorn."""
        return self.command[self.command.index(name) + 1]


def read() -> Dockerfile:
    text = (PROJECT / "service" / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    (command,) = [line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")]
    (health,) = [line for line in lines if line.startswith("HEALTHCHECK ")]
    options, _, health_command = health.partition(" CMD ")
    *_, user = [line.removeprefix("USER ") for line in lines if line.startswith("USER ")]
    volumes = [
        path for line in lines if line.startswith("VOLUME ") for path in json.loads(line.removeprefix("VOLUME "))
    ]
    return Dockerfile(
        command=json.loads(command),
        health_command=json.loads(health_command),
        health_options=dict(re.findall(r"--([a-z-]+)=(\S+)", options)),
        user=user,
        volumes=volumes,
    )
