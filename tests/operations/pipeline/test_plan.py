"""`slipway pipeline plan` and `due`: what a push builds, where it goes, and whether it still should."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from configuration import SANDBOX, Configuration
from operations.errors import OperationError
from operations.pipeline.plan import plan, short_sessions
from operations.pipeline.publishing import Repository
from tests.conftest import CONFIGURATION, varied
from tests.operations.conftest import Slipway
from tests.operations.world import World

REPOSITORY = "example-org/example-service"
IMAGES = "222222222222.dkr.ecr.eu-central-1.amazonaws.com/slipway"

Due = Callable[..., tuple[bool, str]]


def build(architecture: str, platform: str, runner: str) -> dict[str, str]:
    return {"architecture": architecture, "platform": platform, "runner": runner}


ARM = build("arm64", "linux/arm64", "ubuntu-24.04-arm")
X86 = build("x86_64", "linux/amd64", "ubuntu-24.04")


@pytest.mark.parametrize(("branch", "environment"), [("develop", "dev"), ("main", "prod")])
def test_a_branch_goes_to_the_environments_that_name_it(branch: str, environment: str, slipway: Slipway) -> None:
    planned = json.loads(slipway("pipeline", "plan", "--branch", branch, "--json").stdout)
    assert [each["name"] for each in planned["environments"]] == [environment]
    assert planned["architectures"] == [ARM]


def test_it_is_built_for_every_processor_each_on_a_runner_of_its_own_because_the_commit_may_come_to_another_branch(
    configuration: Configuration,
) -> None:
    staging = {"branch": "main", "task": {"memory": 1024, "architecture": "x86_64"}}
    both = varied(configuration, {"staging": staging})
    assert [each["name"] for each in plan(both, "main").as_json()["environments"]] == ["prod", "staging"]
    for branch in ("main", "develop", "feature"):
        assert plan(both, branch).as_json()["architectures"] == [ARM, X86]


def test_it_is_not_built_for_an_environment_that_no_branch_is_deployed_to(configuration: Configuration) -> None:
    by_hand = {"branch": None, "task": {"memory": 1024, "architecture": "x86_64"}}
    assert plan(varied(configuration, {"staging": by_hand}), "main").as_json()["architectures"] == [ARM]
    nobody = varied(configuration, {"dev": {"branch": None}, "prod": by_hand})
    assert plan(nobody, "main").as_json()["architectures"] == [ARM, X86]


def test_a_branch_that_no_environment_names_is_built_for_all_and_deployed_nowhere(slipway: Slipway) -> None:
    ended = slipway("pipeline", "plan", "--branch", "feature")
    assert ended.stdout.splitlines() == [
        "build   linux/arm64 on ubuntu-24.04-arm",
        "deploy  nowhere: no environment of slipway.toml has the branch feature",
    ]


def test_the_sandbox_is_never_a_destination(configuration: Configuration) -> None:
    planned = plan(varied(configuration, {"sandbox": {"branch": "main"}}), "main")
    assert [each.name for each in planned.environments] == ["prod"]


def test_without_an_environment_but_the_sandbox_there_is_nothing_to_plan(configuration: Configuration) -> None:
    only = configuration.select([SANDBOX])
    with pytest.raises(OperationError, match="no environment but the sandbox"):
        plan(only, "main")
    with pytest.raises(OperationError, match="no environment but the sandbox"):
        Repository(only)


def test_the_environment_of_github_may_have_another_name(configuration: Configuration) -> None:
    planned = plan(varied(configuration, {"prod": {"github_environment": "live.eu"}}), "main")
    assert [(each.name, each.github_environment) for each in planned.environments] == [("prod", "live.eu")]


def test_what_cdk_builds_is_built_on_the_tasks_processor(configuration: Configuration) -> None:
    (destination,) = plan(varied(configuration, {"prod": {"image": "asset"}}), "main").environments
    assert (destination.image, destination.runner) == ("asset", "ubuntu-24.04-arm")


def test_a_job_may_take_as_long_as_its_rollout_but_no_longer_than_github_lets_it(configuration: Configuration) -> None:
    canary = {"strategy": "canary", "test_port": 9001, "canary_percent": 5.0, "canary_minutes": 20, "bake_minutes": 10}
    slow = {"strategy": "linear", "test_port": 9001, "step_percent": 5.0, "step_minutes": 30}

    def minutes(**rollout: object) -> int:
        (destination,) = plan(varied(configuration, {"prod": {"rollout": rollout}}), "main").environments
        return destination.minutes

    assert minutes(**canary) == 45 + 2 * (30 + 20 + 10)  # a rollout, and the rollback after it
    assert minutes(**slow) == 360


def test_a_session_of_the_deploy_role_is_as_long_as_the_role_allows(configuration: Configuration) -> None:
    longer = varied(configuration, identity={"deploy": {"session_minutes": 90}})
    assert [each.session_seconds for each in plan(longer, "main").environments] == [5400]
    assert [each.session_seconds for each in plan(configuration, "main").environments] == [3600]


def test_a_rollout_that_may_outlast_a_session_of_the_deploy_role_is_told(configuration: Configuration) -> None:
    slow = {"prod": {"rollout": {"strategy": "linear", "test_port": 9001, "step_percent": 25.0, "step_minutes": 30}}}
    (told,) = short_sessions(varied(configuration, slow), "main")
    assert told.startswith("prod: a rollout may take 1")
    assert "a session of the deploy role lasts 60." in told
    longer = varied(configuration, slow, identity={"deploy": {"session_minutes": 240}})
    assert short_sessions(longer, "main") == short_sessions(configuration, "main") == []


def test_the_plan_is_handed_over_as_matrices(slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    shell.setenv("GITHUB_REPOSITORY", REPOSITORY.title())  # GitHub does not tell upper from lower case
    assert slipway("pipeline", "plan", "--branch", "main").exit_code == 0
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert json.loads(outputs["architectures"]) == [ARM]
    assert [each["github_environment"] for each in json.loads(outputs["environments"])] == ["prod"]


def test_in_another_repository_it_is_refused_because_every_role_would_be(
    slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("GITHUB_REPOSITORY", "acme/shop")
    ended = slipway("pipeline", "plan", "--branch", "main")
    assert ended.exit_code == 2
    assert ended.stderr.startswith(
        f"slipway: slipway.toml is for the repository {REPOSITORY}, and this workflow runs in acme/shop.\n"
    )


def test_outputs_that_cannot_be_written_end_the_job(
    slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "nowhere" / "output"))
    shell.delenv("GITHUB_REPOSITORY", raising=False)
    assert slipway("pipeline", "plan", "--branch", "main").exit_code == 1


class History:
    """A repository of Git with commits, each the next one's parent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git("init", "--quiet")

    def commit(self, text: str) -> str:
        self._git("commit", "--quiet", "--allow-empty", "--message", text)
        return self._git("rev-parse", "HEAD")

    def forget(self) -> None:
        """Begin anew, as a forced push does."""
        self._git("checkout", "--quiet", "--orphan", "other")

    def _git(self, *words: str) -> str:
        identity = ("-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        ended = subprocess.run(
            ["git", "-C", str(self.folder), *identity, *words], capture_output=True, text=True, check=True
        )
        return ended.stdout.strip()


@pytest.fixture
def history(tmp_path: Path) -> History:
    folder = tmp_path / "repository"
    folder.mkdir()
    return History(folder)


@pytest.fixture
def due(world: World, slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path, history: History) -> Due:
    """Whether a commit is due while the service runs the image of another one."""
    shell.chdir(history.folder)
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))

    def due(commit: str, runs: str) -> tuple[bool, str]:
        container = {"name": "service", "image": f"{IMAGES}:sha-{runs[:12]}"}
        world.aws.answer("DescribeTaskDefinition", {"taskDefinition": {"containerDefinitions": [container]}})
        ended = slipway("--configuration", str(CONFIGURATION), "pipeline", "due", "dev", "--commit", commit, "--json")
        assert ended.exit_code == 0, ended.stderr
        told = json.loads(ended.stdout)
        assert (tmp_path / "output").read_text().endswith(f"due={json.dumps(told['due'])}\n")
        return told["due"], told["why"]

    return due


def test_a_later_commit_than_the_one_that_runs_is_due(due: Due, history: History) -> None:
    first, second = history.commit("first"), history.commit("second")
    assert due(second, runs=first) == (True, f"sha-{first[:12]} runs, which does not have it in it")


def test_a_commit_that_a_later_one_has_overtaken_is_not_due(due: Due, history: History) -> None:
    first, second = history.commit("first"), history.commit("second")
    assert due(first, runs=second) == (False, f"sha-{second[:12]} runs, which is a later commit and has this one in it")


def test_the_commit_that_runs_is_due_so_that_its_infrastructure_is_deployed(due: Due, history: History) -> None:
    first = history.commit("first")
    assert due(first, runs=first)[0]


def test_after_a_forced_push_what_runs_is_no_reason_to_wait(due: Due, history: History) -> None:
    first = history.commit("first")
    history.forget()
    assert due(history.commit("other"), runs=first)[0]
    assert due(first, runs="0" * 40)[0]


def test_a_run_that_somebody_tries_again_takes_no_later_commit_back(
    due: Due, history: History, shell: pytest.MonkeyPatch
) -> None:
    first, second = history.commit("first"), history.commit("second")
    shell.setenv("GITHUB_RUN_ATTEMPT", "2")
    assert not due(first, runs=second)[0]
    assert due(second, runs=first)[0]


def test_where_nothing_runs_yet_everything_is_due(world: World, slipway: Slipway) -> None:
    world.stack = ""
    ended = slipway("pipeline", "due", "dev", "--commit", "0" * 40)
    assert ended.stdout == "Due: nothing runs yet.\n"
