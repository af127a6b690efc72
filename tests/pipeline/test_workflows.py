"""What linters do not see of the workflows and actions: what is named is there, and nobody may more than he needs."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from configuration import Configuration
from operations.command import command
from operations.github import role_variable
from stacks.identity import DRIFT_WORKFLOW
from tests.conftest import PROJECT

GITHUB = PROJECT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
PROGRAM = ".venv/bin/slipway "

PERMITTED = {
    "audit.yml": {"audit": {"contents": "read"}, "report": {"contents": "read", "issues": "write"}},
    "drift.yml": {
        "plan": {"contents": "read"},
        "drift": {"contents": "read", "id-token": "write"},
        "report": {"contents": "read", "issues": "write"},
    },
    "pull-request.yml": {
        "base": {"contents": "read"},
        "head": {"contents": "read"},
        "deployed": {"contents": "read", "id-token": "write"},
        "review": {"contents": "read", "pull-requests": "write"},
    },
    "quality.yml": {
        "code": {"contents": "read"},
        "templates": {"contents": "read"},
        "codeql": {"actions": "read", "contents": "read", "security-events": "write"},
    },
}
"""What each job may; those of pipeline.yml are in tests/pipeline/test_pipeline_permissions.py."""


def parsed(path: Path) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load(path.read_text())
    return document


def jobs(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = parsed(GITHUB / "workflows" / name)["jobs"]
    return found


def steps() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every step of every workflow and action, with its place."""
    for path in WORKFLOWS:
        for job, each in parsed(path)["jobs"].items():
            yield from ((f"{path.name}: {job}", step) for step in each["steps"])
    for path in ACTIONS:
        yield from ((path.parent.name, step) for step in parsed(path)["runs"]["steps"])


STEPS = list(steps())
SCRIPTS = sorted({(place, step["run"]) for place, step in STEPS if "run" in step})


def test_every_action_of_our_own_is_there_and_gets_what_it_asks_for() -> None:
    used = [(place, step) for place, step in STEPS if step.get("uses", "").startswith("./")]
    assert len(used) > 5
    for place, step in used:
        path = PROJECT / step["uses"] / "action.yml"
        assert path.is_file(), f"{place}: {step['uses']}"
        inputs, given = parsed(path).get("inputs", {}), set(step.get("with", {}))
        assert given <= set(inputs), place
        assert {name for name, each in inputs.items() if each.get("required")} <= given, place


def test_an_action_reads_no_input_that_it_has_not() -> None:
    for path in ACTIONS:
        read = set(re.findall(r"inputs\.([\w-]+)", path.read_text()))
        assert read == set(parsed(path).get("inputs", {})), path


def test_every_action_of_our_own_is_used() -> None:
    used = {step["uses"] for _, step in STEPS if step.get("uses", "").startswith("./")}
    assert used == {f"./{path.parent.relative_to(PROJECT)}" for path in ACTIONS}


def test_an_action_of_our_own_is_that_of_the_workflows_own_commit() -> None:
    """`./` is the work tree: a job that checks another commit out would take the action of that one."""
    for path in WORKFLOWS:
        for name, job in parsed(path)["jobs"].items():
            refs = [each.get("with", {}).get("ref") for each in job["steps"] if "checkout@" in each.get("uses", "")]
            if any(each.get("uses", "").startswith("./") for each in job["steps"]):
                assert refs == [None], f"{path.name}: {name}"


def test_every_action_of_others_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    text = "".join(path.read_text() for path in [*WORKFLOWS, *ACTIONS])
    found = re.findall(r"uses: (?!\./)(\S+)(.*)", text)
    assert [each for each in found if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}", each[0])] == []
    assert [each for each in found if not re.fullmatch(r" # v\d+\.\d+\.\d+", each[1])] == []
    pins: dict[str, set[tuple[str, str]]] = {}
    for action, version in found:
        path, _, commit = action.partition("@")
        pins.setdefault("/".join(path.split("/")[:2]), set()).add((commit, version))
    assert {repository: pin for repository, pin in pins.items() if len(pin) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_is_checked_out_leaves_no_token_behind(path: Path) -> None:
    checkouts = [
        step.get("with", {}).get("persist-credentials")
        for job in parsed(path)["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert set(checkouts) == {False}


@pytest.mark.parametrize("name", PERMITTED)
def test_a_job_may_what_it_needs_and_says_why(name: str) -> None:
    assert parsed(GITHUB / "workflows" / name)["permissions"] == {}
    assert {job: each["permissions"] for job, each in jobs(name).items()} == PERMITTED[name]
    lines = (GITHUB / "workflows" / name).read_text().splitlines()
    granted = [line for line in lines if re.fullmatch(r" {6}[\w-]+: (read|write)( .*)?", line)]
    assert len(granted) == sum(len(each) for each in PERMITTED[name].values())
    assert [line for line in granted if " # " not in line] == []


def test_the_workflows_are_these() -> None:
    assert {path.name for path in WORKFLOWS} == {*PERMITTED, "pipeline.yml"}


@pytest.mark.parametrize("name", PERMITTED)
def test_every_job_ends_some_time(name: str) -> None:
    assert {job: each.get("timeout-minutes") for job, each in jobs(name).items() if not each["timeout-minutes"]} == {}
    assert max(each["timeout-minutes"] for each in jobs(name).values()) <= 45


@pytest.mark.parametrize(("place", "script"), SCRIPTS)
def test_nothing_is_put_into_a_script(place: str, script: str) -> None:
    assert "${{" not in script, place


@pytest.mark.parametrize(
    ("place", "script"), [each for each in SCRIPTS if PROGRAM in each[1] and each[0].partition(":")[0] in PERMITTED]
)
def test_every_verb_and_option_that_a_script_uses_is_there(place: str, script: str) -> None:
    for line in (line for line in script.splitlines() if PROGRAM in line):
        typed = (
            line.partition(PROGRAM)[2]
            .partition(">")[0]
            .replace(')"', "")
            .replace("|| code=$?", "")
            .replace("||", "")
            .replace("\\", "")
        )
        words = shlex.split(typed)
        verb: Any = typer.main.get_command(command)
        while hasattr(verb, "commands"):
            verb = verb.commands[words.pop(0)]
        words = [word for word in words if word != "${options[@]}"]
        verb.make_context(place, words).close()  # refuses what the verb does not know, or lacks


def test_every_target_of_make_that_a_script_uses_is_there() -> None:
    targets = re.findall(r"(?m)^([a-z-]+):.*## ", (PROJECT / "Makefile").read_text())
    used = {word for _, script in SCRIPTS for words in re.findall(r"make ([\w -]+)", script) for word in words.split()}
    assert {"synth", "check", "audit", "lint-templates"} <= used <= set(targets)


def test_an_artifact_is_overwritten_by_the_next_attempt_which_would_fail_otherwise() -> None:
    uploads = [(place, step) for place, step in steps() if step.get("uses", "").startswith("actions/upload-artifact@")]
    assert len(uploads) >= 8
    assert [place for place, step in uploads if step["with"].get("overwrite") is not True] == []


def test_what_runs_a_pull_requests_code_has_no_token_no_secret_and_no_cache() -> None:
    head = jobs("pull-request.yml")["head"]
    assert head["permissions"] == {"contents": "read"}
    assert "secrets." not in str(head)
    assert "token" not in str(head)
    assert "cache" not in str(head)


@pytest.mark.parametrize("job", ["deployed", "review"])
def test_who_may_something_runs_the_code_of_the_base_and_takes_what_it_is_given_by_its_id(job: str) -> None:
    steps = jobs("pull-request.yml")[job]["steps"]
    (checkout,) = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["ref"] == "${{ needs.base.outputs.commit }}"
    downloads = [step["with"] for step in steps if step.get("uses", "").startswith("actions/download-artifact@")]
    ids = {each["path"]: each["artifact-ids"] for each in downloads if "artifact-ids" in each}
    given = {"base": "${{ needs.base.outputs.templates }}", "head": "${{ needs.head.outputs.templates }}"}
    assert ids == (given if job == "review" else {"head": given["head"]})
    assert "cache" not in str([step for step in steps if "uses" in step])  # which the pull request's code could fill
    assert not any(step.get("uses", "").startswith("./") for step in steps)


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq, as runners have it")
def test_the_review_reads_what_is_deployed_of_known_environments_only(tmp_path: Path) -> None:
    (script,) = [text for place, text in SCRIPTS if place == "pull-request.yml: review" and "slipway review" in text]
    program = tmp_path / PROGRAM.strip()
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    for name in ("dev", "evil", "prod"):
        folder = tmp_path / "deployed" / f"deployed-{name}"
        folder.mkdir(parents=True)
        (folder / f"deployed-{name}.json").write_text("{}")
    (tmp_path / "deployed" / "deployed-evil" / "deployed-prod.json").write_text("{}")
    variables = {
        "PATH": os.environ["PATH"],
        "COMMIT": "0123456",
        "ENVIRONMENTS": '[{"name": "dev"}, {"name": "prod"}, {"name": "qa"}]',
        "FORK": "false",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "NUMBER": "7",
    }
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    subprocess.run(words, cwd=tmp_path, env=variables, check=True)
    told = [f"--deployed deployed/deployed-{name}/deployed-{name}.json" for name in ("dev", "prod")]
    assert (tmp_path / "summary").read_text() == f"review base head --commit 0123456 --comment 7 {' '.join(told)}\n"


def test_no_workflow_runs_a_strangers_code_with_the_rights_of_the_default_branch() -> None:
    triggers = [parsed(path)[True] for path in WORKFLOWS]  # YAML 1.1 takes `on` for a truth value
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & {name for each in triggers for name in each}


def test_the_drift_role_is_asked_for_by_the_workflow_that_it_trusts() -> None:
    names = {path.name: parsed(path)["name"] for path in WORKFLOWS}
    assert [name for name, title in names.items() if title == DRIFT_WORKFLOW] == ["drift.yml"]
    assert len(set(names.values())) == len(names)


def test_the_variables_of_roles_are_those_that_slipway_github_prints(configuration: Configuration) -> None:
    environment = configuration.environment("prod")
    assert role_variable("diff", environment) == "AWS_DIFF_ROLE_ARN_PROD"
    used = {
        name for path in WORKFLOWS for name in re.findall(r"matrix\.environment\.(\w+_role_variable)", path.read_text())
    }
    assert used == {"diff_role_variable", "drift_role_variable"}


def test_every_kind_of_dependency_is_kept_fresh_in_groups_and_after_a_cool_down() -> None:
    updates = parsed(GITHUB / "dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"pip", "npm", "docker", "github-actions"}
    for each in updates:
        assert each["cooldown"]["default-days"] >= 7
        assert [group["patterns"] for group in each["groups"].values()] == [["*"]]


def test_dependabot_looks_wherever_there_is_something() -> None:
    places = {
        each["package-ecosystem"]: {
            str(found.relative_to(PROJECT))
            for pattern in each.get("directories", [each.get("directory")])
            for found in ([PROJECT] if pattern == "/" else PROJECT.glob(pattern.strip("/")))
            if found.is_dir()
        }
        for each in parsed(GITHUB / "dependabot.yml")["updates"]
    }
    ours = [
        path for path in PROJECT.glob("**/*") if not {".venv", "node_modules"} & set(path.relative_to(PROJECT).parts)
    ]
    dockerfiles = {str(path.parent.relative_to(PROJECT)) for path in ours if path.name == "Dockerfile"}
    locks = {str(path.parent.relative_to(PROJECT)) for path in ours if path.name == "poetry.lock"}
    assert dockerfiles <= places["docker"]
    assert locks <= places["pip"]
    assert places["npm"] == {"."}
    assert {str(path.parent.relative_to(PROJECT)) for path in ACTIONS} <= places["github-actions"]
