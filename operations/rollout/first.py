"""The very first release of an environment, which also creates it."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from configuration import Environment, stack_names
from operations.errors import OperationError
from operations.rollout.change import IMAGE_TAG, RELEASED_BY
from operations.rollout.signature import Signature

PROJECT = Path(__file__).parent.parent.parent
"""The folder of `app.py`, `cdk.json` and `node_modules`."""


def command(environment: Environment, configuration: Path, tag: str, by: Signature) -> list[str]:
    """The words that create the environment with that image.

    Args:
        configuration: the file that `app.py` reads.
    """
    return deployment(environment, configuration, {IMAGE_TAG: tag, RELEASED_BY: str(by)})


def deployment(environment: Environment, configuration: Path, parameters: Mapping[str, str]) -> list[str]:
    """The words that deploy the stacks of the environment.

    Args:
        configuration: the file that `app.py` reads.
        parameters: of the service's stack; those that it has already keep their values without being named.
    """
    own = PROJECT / "node_modules" / ".bin" / "cdk"
    stack = stack_names.service(environment.name)
    return [
        *([str(own)] if own.exists() else ["npx", "cdk"]),
        *("deploy", f"slipway-{environment.name}-*"),
        *("-c", f"environment={environment.name}", "-c", f"configuration={configuration.absolute()}"),
        *(word for name, value in parameters.items() for word in ("--parameters", f"{stack}:{name}={value}")),
        *("--require-approval", "never", "--progress", "events", "--no-notices", "--no-color"),
    ]


def create(
    words: list[str], environment: Environment, variables: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Run it and hand on each line that it writes.

    Args:
        variables: of the process, which say where AWS is.

    Raises:
        OperationError: it is not installed, or fails.
    """
    exit_code = run(words, environment, variables, say)
    if exit_code:
        raise OperationError(
            f"the first release of {environment.name} failed, and there is nothing to roll back to: "
            f"{Path(words[0]).name} ended with exit code {exit_code}",
            fix=f"The lines above say what failed. Mend it, then run {shown(words)}, which creates what is lacking.",
        )


def run(words: list[str], environment: Environment, variables: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Run it, hand on each line that it writes, and return its exit code.

    Raises:
        OperationError: it is not installed.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), variables.get("PATH", os.defpath)])
    if shutil.which(words[0], path=path) is None:
        raise OperationError(f"cannot deploy {environment.name}: {words[0]} is not installed", fix="Run make synth.")
    with TemporaryDirectory() as output:  # another cdk in this folder would have to wait for this one's cdk.out
        return _run([*words, "--output", output], {**variables, "PATH": path}, say)


def _run(words: list[str], variables: Mapping[str, str], say: Callable[[str], None]) -> int:
    with subprocess.Popen(
        words,
        cwd=PROJECT,
        env={**variables, "CDK_DISABLE_CLI_TELEMETRY": "true"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout  # noqa: S101 - stdout=PIPE above
        for line in process.stdout:
            say(f"    {line.rstrip()}")
    return process.returncode


def shown(words: list[str]) -> str:
    """The words as somebody would type them."""
    return shlex.join(["npx", "cdk", *words[words.index("deploy") :]])
