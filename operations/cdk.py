"""The CDK CLI, reading an account as its lookup role."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from configuration import Configuration, Environment
from operations.aws import Aws, assuming, connect
from operations.bootstrapped import role_arn
from operations.errors import OperationError

PROJECT = Path(__file__).parents[1]

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Reader:
    """The CDK CLI with the rights of a lookup role, and none beside them."""

    aws: Aws
    doing: str

    def run(self, *arguments: str) -> str:
        """What the CLI prints for these arguments, without colours.

        Raises:
            OperationError: it is not installed, or ends with another code than 0.
        """
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        program = shutil.which("cdk", path=os.pathsep.join([str(PROJECT / "node_modules" / ".bin"), path]))
        if program is None:
            raise OperationError(f"cannot {self.doing}: the CDK CLI is not installed", fix="Run npm ci.")
        with tempfile.TemporaryDirectory(prefix="slipway-cdk-") as home:
            ended = subprocess.run(
                [program, "--no-notices", "--no-color", "--ci", *arguments],
                cwd=home,  # without a cdk.json, and without a cdk.out that the CLI would clean
                env=self._environment(path, home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
        printed = COLOURS.sub("", ended.stdout).strip()
        if ended.returncode:
            last = "\n".join(printed.splitlines()[-5:])
            raise OperationError(
                f"cannot {self.doing}: cdk ended with exit code {ended.returncode}:\n{last}",
                fix="Mend that; cdk --verbose with the same credentials tells more.",
            )
        return printed

    def _environment(self, path: str, home: str) -> dict[str, str]:
        """That of this process without its AWS settings, and with the role's session."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        credentials = self.aws.session.get_credentials()
        assert credentials is not None  # noqa: S101 - STS has just given them
        frozen = credentials.get_frozen_credentials()
        endpoint = {"AWS_ENDPOINT_URL": self.aws.endpoint} if self.aws.endpoint else {}
        return {
            **kept,
            **endpoint,
            "AWS_ACCESS_KEY_ID": str(frozen.access_key),
            "AWS_SECRET_ACCESS_KEY": str(frozen.secret_key),
            "AWS_SESSION_TOKEN": str(frozen.token),
            "AWS_REGION": self.aws.session.region_name,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_HOME": home,  # where it would remember whose account an access key is
            "PATH": path,
        }


def reader(configuration: Configuration, environment: Environment, *, doing: str) -> Reader:
    """The CLI as the lookup role of that environment's account and region.

    Args:
        doing: what it is run for, as it follows "cannot"; part of errors.

    Raises:
        OperationError: the role cannot be taken on.
    """
    role = role_arn("lookup", environment)
    return Reader(assuming(connect(configuration, environment), role, "slipway-lookup"), doing)


def stands_for_account(configuration: Configuration, environment: Environment) -> bool:
    """Whether that environment stands for what all environments of its account share: the first one there does."""
    first = next(each for each in configuration.environments.values() if each.account == environment.account)
    return first.name == environment.name
