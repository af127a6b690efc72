"""The real CDK CLI, pointed at the emulator."""

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from configuration import SANDBOX
from sandbox.programs import run
from sandbox.workspace import PROJECT, Workspace

# Of the hundreds of lines that the CLI writes, those that tell how far it is; a failure shows its last ones anyway.
TELLING = ("⏳", "✅", "❌", "FAILED", "creating CloudFormation changeset", "AWS::ECS::Service ")

CLI = PROJECT / "node_modules" / ".bin" / "cdk"


class Cdk:
    """The CDK CLI for one sandbox; the app is synthesised once and then deployed from its assembly."""

    def __init__(self, workspace: Workspace, say: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._say = say
        self._assembly = workspace.folder / "cdk.out"

    def synthesize(self) -> None:
        """Run `app.py` for the sandbox.

        Raises:
            OperationError: the app does not synthesise.
        """
        self._cdk(
            "synthesise the app",
            "synth",
            "--quiet",
            *("--app", f"{shlex.quote(sys.executable)} app.py", "--output", str(self._assembly)),
            *("-c", f"environment={SANDBOX}", "-c", f"configuration={self._workspace.configuration_path}"),
            fix="Run make synth and mend what it says.",
        )

    def bootstrap(self, execution_policies: Sequence[str]) -> None:
        """Create CDK's own stack in the emulator.

        Args:
            execution_policies: ARNs of what CloudFormation may do.

        Raises:
            OperationError: the CLI fails.
        """
        environment = self._workspace.environment
        self._cdk(
            "bootstrap the sandbox",
            *("bootstrap", f"aws://{environment.account}/{environment.region}"),
            *("--cloudformation-execution-policies", ",".join(execution_policies)),
            folder=self._workspace.folder,  # without a cdk.json: in the project's own the CLI would synthesise first
        )

    def deploy(self, *stacks: str, parameters: Sequence[str] = ()) -> None:
        """Deploy these stacks and those that they need.

        Args:
            stacks: omitted, all.
            parameters: each `STACK:NAME=VALUE`.

        Raises:
            OperationError: a stack fails; its last events are in the error.
        """
        self._cdk(
            "deploy to the sandbox",
            *("--app", str(self._assembly), "deploy", *(stacks or ["--all"])),
            *("--require-approval", "never", "--progress", "events", "--concurrency", "4"),
            *(word for parameter in parameters for word in ("--parameters", parameter)),
        )

    def _cdk(self, doing: str, *arguments: str, fix: str = "", folder: Path = PROJECT) -> None:
        run(
            [str(CLI), "--no-notices", "--no-color", *arguments],
            doing=doing,
            fix=fix
            or "What ran before goes on running. The lines above say what failed; mend it and run make up again. "
            f"The emulator's own log is {self._workspace.emulator_log}.",
            say=self._say_if_telling,
            environment=self._workspace.process_environment() | {"PATH": _path(), "CDK_DISABLE_CLI_TELEMETRY": "true"},
            folder=folder,
            repeated_lines=40,
        )

    def _say_if_telling(self, line: str) -> None:
        if any(mark in line for mark in TELLING):
            self._say(line)


def _path() -> str:
    """PATH with this virtual environment first, whose Node is the one to use if it has one."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
