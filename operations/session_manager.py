"""AWS's Session Manager plugin, which brings a session to this terminal."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import typer

from operations.errors import OperationError
from operations.foreground import run
from operations.gateways.ecs_exec import Session

PLUGIN = "session-manager-plugin"
INSTALLATION = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)
RESPONSE_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
LAST_WITHOUT_VARIABLE = (1, 2, 497, 0)
"""Later versions take the session from that variable (awscli/customizations/sessionmanager.py of the AWS CLI)."""


@dataclass(frozen=True)
class Plugin:
    """The installed plugin.

    Attributes:
        path: of the program.
        version: None if it does not say.
    """

    path: str
    version: tuple[int, ...] | None

    def join(self, session: Session, *, region: str, profile: str, endpoint: str) -> int:
        """Join the session in this terminal until it ends, and return the plugin's exit code.

        Args:
            profile: whose credentials the plugin takes when it has to resume a session; empty for those of the shell.
            endpoint: of the service that opened the session.
        """
        response = json.dumps({"SessionId": session.id, "TokenValue": session.token, "StreamUrl": session.stream_url})
        variables: dict[str, str] = {}
        if self.version and self.version > LAST_WITHOUT_VARIABLE:  # else every user of this machine sees the token
            variables[RESPONSE_VARIABLE], response = response, RESPONSE_VARIABLE
        if not sys.stdin.isatty():  # amazon-ssm-agent #354
            typer.echo("No terminal: Session Manager may end the session as soon as its input ends.", err=True)
        request = json.dumps({"Target": session.target})
        return run([self.path, response, region, "StartSession", profile, request, endpoint], variables)


def find() -> Plugin:
    """The plugin.

    Raises:
        OperationError: it is not installed.
    """
    path = shutil.which(PLUGIN)
    if path is None:
        raise OperationError(
            f"a session needs AWS's Session Manager plugin, and {PLUGIN} is not on PATH",
            fix=f"Install it: {INSTALLATION}",
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = tuple(int(part) for part in said.split(".")) if re.fullmatch(r"\d+(\.\d+){0,3}", said) else None
    return Plugin(path, version)
