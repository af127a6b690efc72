"""Where the sandbox keeps what it has to remember, and how its programs are started."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configuration import SANDBOX, Configuration, Environment, load
from operations.aws import sandbox_endpoint
from operations.process_variables import SANDBOX_FOLDER, sandbox_variables, variables_of

PROJECT = Path(__file__).parent.parent
"""The folder of `app.py`, `cdk.json` and `node_modules`."""


@dataclass(frozen=True)
class Workspace:
    """One sandbox: a `slipway.toml`, and beside it `.sandbox/` with logs, assembly and state.

    Attributes:
        configuration_path: the file; sandboxes of different files are independent if their ports differ.
        folder: `.sandbox/`.
    """

    configuration_path: Path
    configuration: Configuration
    folder: Path

    @classmethod
    def of(cls, configuration_path: Path) -> "Workspace":
        """The sandbox of that file.

        Raises:
            ConfigurationError: the file cannot be used, or has no environment `sandbox`.
        """
        path = configuration_path.absolute()
        configuration = load(path).select([SANDBOX])
        return cls(path, configuration, path.parent / SANDBOX_FOLDER)

    @property
    def environment(self) -> Environment:
        """The environment `sandbox`."""
        return self.configuration.environment(SANDBOX)

    @property
    def port(self) -> int:
        """Of the emulator's endpoint on 127.0.0.1."""
        return self.configuration.sandbox.port

    @property
    def endpoint(self) -> str:
        """The emulator's URL."""
        return sandbox_endpoint(self.configuration)

    @property
    def emulator_log(self) -> Path:
        """What the emulator wrote since its last start."""
        return self.folder / "emulator.log"

    @property
    def service_log(self) -> Path:
        """What the service wrote when it ran as a local process."""
        return self.folder / "service.log"

    def state(self) -> dict[str, Any]:
        """What was written by `remember`; empty if nothing was, or if it was cut short."""
        try:
            state = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            return {}
        return state if isinstance(state, dict) else {}

    def remember(self, **entries: object) -> None:
        """Add these entries to the state; None removes one."""
        self.folder.mkdir(exist_ok=True)
        state = {name: value for name, value in (self.state() | entries).items() if value is not None}
        (self.folder / "state.json").write_text(json.dumps(state, indent=2), encoding="utf-8")

    def variables(self) -> dict[str, str]:
        """The environment variables that point an AWS tool at the emulator and at nothing else."""
        return sandbox_variables(self.configuration, self.folder)

    def process_environment(self) -> dict[str, str]:
        """This process's environment without its AWS credentials, with the variables of the sandbox."""
        return dict(variables_of(self.configuration, self.environment, self.configuration_path))
