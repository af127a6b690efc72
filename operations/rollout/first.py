"""The very first release of an environment, which also creates it."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from configuration import Environment, stack_names
from operations.errors import ExitCode, OperationError
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

    SIGINT and SIGTERM, which a cancelled job sends to this process only, are handed on to it, and its end is waited
    for.

    Raises:
        OperationError: it is not installed, or somebody has ended it; CloudFormation then goes on by itself.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), variables.get("PATH", os.defpath)])
    if shutil.which(words[0], path=path) is None:
        raise OperationError(f"cannot deploy {environment.name}: {words[0]} is not installed", fix="Run make synth.")
    with TemporaryDirectory() as output:  # another cdk in this folder would have to wait for this one's cdk.out
        exit_code, ended = _run([*words, "--output", output], {**variables, "PATH": path}, say)
    if ended and exit_code:
        raise OperationError(
            f"you ended it while cdk deployed the stacks of {environment.name}; CloudFormation goes on with the one "
            "that it was at",
            fix=f"Run slipway status {environment.name} to see how it stands, and the same again to deploy the rest.",
            exit_code=ExitCode.TIMED_OUT,
        )
    return exit_code


def _run(words: list[str], variables: Mapping[str, str], say: Callable[[str], None]) -> tuple[int, bool]:
    """The exit code, and whether somebody has ended it."""
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
        with _handing_on_signals(process) as signals:
            for line in process.stdout:
                say(f"    {line.rstrip()}")
            process.wait()
    return process.returncode, bool(signals)


@contextmanager
def _handing_on_signals(process: "subprocess.Popen[str]") -> Iterator[list[int]]:
    """Let SIGINT and SIGTERM end the process, and not this one; which came so far.

    Only the main thread gets signals; elsewhere nothing is changed.
    """
    signals: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return

    def hand_on(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        process.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def shown(words: list[str]) -> str:
    """The words as somebody would type them."""
    return shlex.join(["npx", "cdk", *words[words.index("deploy") :]])
