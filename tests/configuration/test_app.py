"""`app.py`, as the CDK CLI starts it, with a configuration that cannot be used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App

import app as application
from tests.configuration.conftest import Write
from tests.conftest import PROJECT
from tests.synthesis import VALIDATION


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    return tmp_path / "cdk.out"


def synthesize(context: dict[str, str], assembly: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PROJECT / "app.py"],
        cwd=assembly.parent,
        env={**os.environ, VALIDATION: "false", "CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(assembly)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_problem_is_a_line_on_stderr_and_the_exit_code_is_2(write: Write, assembly: Path) -> None:
    path = write({"sandbox.port": 80, "environments.prod.tasks.max": 1, "identity.build.role_name": "*"})
    ended = synthesize({"configuration": str(path)}, assembly)
    assert sorted(ended.stderr.splitlines()) == [
        "slipway.toml: environments.prod.tasks.max: must be at least tasks.min (2), is 1",
        "slipway.toml: identity.build.role_name: must be an IAM role name of up to 64 letters, digits and "
        "+ = , . @ - _, is '*'",
        "slipway.toml: sandbox.port: must be at least 1024, is 80",
    ]
    assert (ended.returncode, ended.stdout) == (2, "")
    assert list(assembly.iterdir()) == []


def test_an_unknown_environment_is_a_line_on_stderr_and_the_exit_code_is_2(
    write: Write, assembly: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In this process, where aws_cdk has started; the other tests tell that the CDK CLI's context arrives."""
    app = App(context={"configuration": str(write({})), "environment": "staging"}, outdir=str(assembly))
    monkeypatch.setattr(application, "new_app", lambda: app)
    with pytest.raises(SystemExit) as ended:
        application.main()
    said = capfd.readouterr()
    assert said.err == "environment 'staging' is not in slipway.toml; it has prod, dev, sandbox\n"
    assert (ended.value.code, said.out) == (2, "")
    assert list(assembly.iterdir()) == []


def test_a_finding_that_nobody_accepted_ends_1_without_a_traceback_and_the_report_says_how_to_mend_it(
    write: Write, assembly: Path
) -> None:
    path = write({"environments.dev.task": {"start_seconds": 3, "measured_start_seconds": 4.5}})
    ended = synthesize({"configuration": str(path), "environment": "dev"}, assembly)
    assert "A copy of this report can be found in: cdk.out/validation-report.json" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 1
    report = (assembly / "validation-report.json").read_text()
    assert "3 s, and the service was measured to start in 4.5 s" in report
    assert "Raise task.start_seconds in slipway.toml" in report
