"""The job of the pipeline that deploys, and the one that tells people, with the sandbox in the place of AWS."""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT
from tests.end_to_end.conftest import BIN, Sandbox
from tests.operations.receiver import Receiver
from tests.operations.stand_ins import DOCKER, install

IMAGE = "ghcr.io/example-org/example-service"


@dataclass(frozen=True)
class DeploymentJob:
    """Runs what the jobs run, one verb after the other, in a folder of its own."""

    sandbox: Sandbox
    folder: Path
    shell: pytest.MonkeyPatch

    def begin(self) -> None:
        """Let the verbs know that they are in a job of GitHub Actions."""
        for name, file in {
            "GITHUB_STEP_SUMMARY": "summary.md",
            "GITHUB_OUTPUT": "output",
            "SLIPWAY_ERRORS": "outcomes/errors.jsonl",
        }.items():
            self.shell.setenv(name, str(self.folder / file))

    @property
    def outcome(self) -> tuple[str, str]:
        """The options with which a release leaves its outcome to the record."""
        return "--outcome", str(self.folder / "outcomes" / "release.json")

    @property
    def released(self) -> dict[str, Any]:
        """The outcome that the release has left."""
        outcome: dict[str, Any] = json.loads((self.folder / "outcomes" / "release.json").read_text())
        return outcome

    def releasing(self, tag: str) -> subprocess.Popen[str]:
        """The script of the step that releases, started by the shell that GitHub's runner starts."""
        workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "pipeline.yml").read_text())
        (script,) = [step["run"] for step in workflow["jobs"]["deploy"]["steps"] if step.get("id") == "release"]
        own = shlex.join([str(BIN / "slipway"), "--configuration", str(self.sandbox.configuration)])
        assert ".venv/bin/slipway " in script
        file = self.folder / "script.sh"
        file.write_text(script.replace(".venv/bin/slipway ", f"{own} "))
        variables = {"ENVIRONMENT": "sandbox", "TAG": tag, "OUTCOMES": str(self.folder / "outcomes")}
        return subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(file)],
            cwd=PROJECT,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text()

    def publish(self, tag: str) -> dict[str, Any]:
        """What becomes of a second build of the commit; docker is a stand-in, ECR is the emulator's."""
        programs, digests = self.folder / "programs", self.folder / "digests"
        programs.mkdir()
        digests.mkdir()
        install(programs, docker=DOCKER)
        (digests / "arm64").write_text(f"sha256:{'e' * 64}")
        with self.shell.context() as shell:
            shell.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
            words = ("--tag", tag, "--digests", str(digests), "--environment", "sandbox", "--json")
            finished = self.sandbox.slipway("pipeline", "publish", IMAGE, *words)
        assert finished.returncode == 0, finished.stderr
        published: dict[str, Any] = json.loads(finished.stdout)
        return published

    def message(self, tag: str, status: str, **steps: str) -> dict[str, Any]:
        """What Slack is told at the end of a deployment whose steps ended so."""
        context = {name: {"outcome": result, "outputs": {}} for name, result in steps.items()}
        self.shell.setenv("STEPS", json.dumps(context))
        outcomes = str(self.folder / "outcomes")
        words = ("sandbox", "--tag", tag, "--status", status, "--outcomes", outcomes)
        recorded = self.sandbox.slipway("pipeline", "record", *words)
        assert recorded.returncode == 0, recorded.stderr
        jobs = {"plan": {"result": "success", "outputs": {"environments": '[{"name": "sandbox"}]'}}}
        self.shell.setenv("NEEDS", json.dumps(jobs | {"deploy": {"result": status, "outputs": {}}}))
        with Receiver() as slack:
            self.shell.setenv("SLACK_WEBHOOK_URL", slack.url)
            told = self.sandbox.slipway("notify", "--records", outcomes)
        assert told.returncode == 0, told.stdout + told.stderr
        (request,) = slack.requests
        message: dict[str, Any] = request.body
        return message
