"""The variables of the programs that are started for an environment, by which they find its AWS."""

import os
from collections.abc import Mapping
from pathlib import Path

from configuration import SANDBOX, Configuration, Environment
from operations.aws import SANDBOX_ACCESS_KEY, SANDBOX_SECRET_KEY, sandbox_endpoint

SANDBOX_FOLDER = ".sandbox"
"""Beside `slipway.toml`: where the sandbox keeps what it has to remember."""


def variables_of(configuration: Configuration, environment: Environment, configuration_path: Path) -> Mapping[str, str]:
    """The variables of a process that is to find the AWS of that environment: this one's, but for the sandbox."""
    if environment.name != SANDBOX:
        return os.environ
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | sandbox_variables(configuration, configuration_path.absolute().parent / SANDBOX_FOLDER)


def sandbox_variables(configuration: Configuration, folder: Path) -> dict[str, str]:
    """The variables that point an AWS tool at the emulator and at nothing else.

    Args:
        folder: of the sandbox, where the CDK CLI gets a home of its own.
    """
    region = configuration.environment(SANDBOX).region
    return {
        "AWS_ENDPOINT_URL": sandbox_endpoint(configuration),
        "AWS_ACCESS_KEY_ID": SANDBOX_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SANDBOX_SECRET_KEY,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_HOME": str(folder / "cdk-home"),  # where the CDK CLI remembers which account a key belongs to
        **dict.fromkeys(("NO_PROXY", "no_proxy"), _without_proxy()),
    }


def _without_proxy() -> str:
    return ",".join(filter(None, (os.environ.get("NO_PROXY"), "localhost", "127.0.0.1", ".localhost")))
