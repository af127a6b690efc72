"""`slipway exec`: where it runs a command, how it hands the session over, and when it refuses."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIGURATION
from tests.operations import deployed
from tests.operations.conftest import Ended, Slipway
from tests.operations.deployed import ACCOUNT, CLUSTER, NOW, REGION
from tests.operations.programs import Programs
from tests.operations.recorded_aws import RecordedAws

pytestmark = pytest.mark.usefixtures("running")

PLUGIN = "session-manager-plugin"
RECENT = ("1.2.707.0", 0)
"""What the plugin says of its version: one that takes the session from a variable."""

OLD, NEW, STARTING = "01d" + "0" * 29, "0e5" + "0" * 29, "57a" + "0" * 29
SESSION = {"sessionId": "ecs-execute-command-1", "streamUrl": "wss://ssmmessages/1", "tokenValue": "secret"}


@pytest.fixture
def programs(tmp_path: Path, shell: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Programs(folder, shell)


def task(id: str, seconds: int | None, **changes: Any) -> dict[str, Any]:
    agent = {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}
    container = {"name": "service", "runtimeId": f"{id}-1", "managedAgents": [agent]}
    return {
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{CLUSTER}/{id}",
        "lastStatus": "PENDING" if seconds is None else "RUNNING",
        "enableExecuteCommand": True,
        "containers": [{"name": "collector", "runtimeId": f"{id}-0"}, container],
        **({} if seconds is None else {"startedAt": NOW + dt.timedelta(seconds=seconds)}),
        **changes,
    }


def tasks(aws: RecordedAws, *found: dict[str, Any]) -> None:
    aws.records("ListTasks", {"taskArns": [each["taskArn"] for each in found]}, desiredStatus="RUNNING")
    aws.records("DescribeTasks", {"tasks": list(found)})


@pytest.fixture
def running(healthy: RecordedAws) -> RecordedAws:
    """Two tasks run, and one more is about to."""
    healthy.records("DescribeServices", {"services": [deployed.service(enableExecuteCommand=True)]})
    tasks(healthy, task(OLD, 10), task(NEW, 20), task(STARTING, None))
    answer = {"clusterArn": "c", "taskArn": "t", "containerName": "service", "interactive": True, "session": SESSION}
    healthy.records("ExecuteCommand", answer, interactive=True, container="service")
    return healthy


@pytest.fixture
def exec_in_dev(slipway: Slipway, tmp_path: Path, programs: Programs) -> Slipway:
    """`slipway exec dev ...`, with ECS Exec switched on and the plugin installed."""
    programs.install(PLUGIN, __version=RECENT)
    file = tmp_path / "slipway.toml"
    text = CONFIGURATION.read_text()
    file.write_text(text.replace("[environments.dev.task]", "[environments.dev.task]\nexec = true"))

    def run(*words: str) -> Ended:
        return slipway("--configuration", str(file), "exec", "dev", *words)

    return run


def asked_for(aws: RecordedAws, id: str, command: str) -> None:
    """Let no other command be run, and in no other task."""
    aws.refuses("ExecuteCommand", "InvalidParameterException", "another one")
    answer = {"session": SESSION}
    aws.records("ExecuteCommand", answer, task=task(id, 0)["taskArn"], command=command, cluster=CLUSTER)


def test_a_shell_is_opened_in_the_newest_task_that_runs(running: RecordedAws, exec_in_dev: Slipway) -> None:
    asked_for(running, NEW, "/bin/sh")
    ended = exec_in_dev()
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr.startswith("No terminal:")


def test_the_plugin_gets_what_the_aws_cli_gives_it_and_the_token_where_nobody_else_sees_it(
    programs: Programs, exec_in_dev: Slipway
) -> None:
    assert exec_in_dev().exit_code == 0
    words, variable = programs.started[-1]
    target = json.dumps({"Target": f"ecs:{CLUSTER}_{NEW}_{NEW}-1"})
    assert words == [
        *("AWS_SSM_START_SESSION_RESPONSE", REGION, "StartSession", "", target),
        f"https://ecs.{REGION}.amazonaws.com",
    ]
    assert json.loads(variable or "") == {
        "SessionId": SESSION["sessionId"],
        "StreamUrl": SESSION["streamUrl"],
        "TokenValue": SESSION["tokenValue"],
    }


@pytest.mark.parametrize("version", ["1.2.497.0", "1.2.30.0", "unknown"])
def test_a_plugin_that_does_not_know_the_variable_gets_the_session_as_an_argument(
    version: str, programs: Programs, exec_in_dev: Slipway
) -> None:
    programs.install(PLUGIN, __version=(version, 0))
    assert exec_in_dev().exit_code == 0
    words, variable = programs.started[-1]
    assert json.loads(words[0])["TokenValue"] == "secret"
    assert variable is None


def test_the_words_of_a_command_stay_apart(running: RecordedAws, exec_in_dev: Slipway) -> None:
    asked_for(running, NEW, "sh -c 'ls -l | wc'")
    assert exec_in_dev("--", "sh", "-c", "ls -l | wc").exit_code == 0


def test_the_exit_code_is_that_of_the_session(programs: Programs, exec_in_dev: Slipway) -> None:
    programs.install(PLUGIN, code=7, __version=RECENT)
    assert exec_in_dev().exit_code == 7


def test_a_task_is_chosen_by_the_beginning_of_its_id(running: RecordedAws, exec_in_dev: Slipway) -> None:
    asked_for(running, OLD, "id")
    assert exec_in_dev("--task", "01", "--", "id").exit_code == 0


@pytest.mark.parametrize(
    ("wanted", "complaint", "named"),
    [
        ("0", "--task: 2 running tasks have an id that begins with 0", f"{NEW}, {OLD}"),
        (STARTING, f"--task: no running task has an id that begins with {STARTING}", f"{NEW}, {OLD}"),
    ],
)
def test_a_task_that_is_not_the_only_one_is_answered_with_those_that_run(
    wanted: str, complaint: str, named: str, running: RecordedAws, exec_in_dev: Slipway
) -> None:
    ended = exec_in_dev("--task", wanted)
    assert ended.stderr.endswith(f"slipway: {complaint}.\nName one of {named}.\n")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "ExecuteCommand" not in running.operations()


def test_a_container_that_the_task_lacks_is_answered_with_those_that_it_has(exec_in_dev: Slipway) -> None:
    ended = exec_in_dev("--container", "sidecar")
    assert ended.stderr.endswith("has no container sidecar.\nName one of collector, service.\n")
    assert ended.exit_code == 2


def test_where_slipway_toml_has_it_off_nothing_is_asked(running: RecordedAws, slipway: Slipway) -> None:
    ended = slipway("exec", "dev")
    assert ended.stderr == (
        "slipway: ECS Exec is off in dev: slipway.toml does not ask for it.\n"
        "Set exec = true in [environments.dev.task] and run npx cdk deploy slipway-dev-service, which replaces the "
        "tasks.\n"
    )
    assert (ended.exit_code, running.operations()) == (2, [])


def test_without_the_plugin_nothing_is_asked(running: RecordedAws, programs: Programs, exec_in_dev: Slipway) -> None:
    programs.remove(PLUGIN)
    ended = exec_in_dev()
    assert "session-manager-plugin is not on PATH" in ended.stderr
    assert "session-manager-working-with-install-plugin" in ended.stderr
    assert (ended.exit_code, running.operations()) == (1, [])


def test_a_service_that_has_it_off_needs_a_deployment(running: RecordedAws, exec_in_dev: Slipway) -> None:
    running.records("DescribeServices", {"services": [deployed.service(enableExecuteCommand=False)]})
    ended = exec_in_dev()
    assert "ECS Exec is off in the service slipway-dev, although slipway.toml asks for it" in ended.stderr
    assert ended.stderr.endswith("Run npx cdk deploy slipway-dev-service, which replaces the tasks.\n")
    assert ended.exit_code == 1


def agent(status: str, reason: str = "") -> dict[str, Any]:
    state = {"name": "ExecuteCommandAgent", "lastStatus": status, **({"reason": reason} if reason else {})}
    return {"containers": [{"name": "service", "runtimeId": "r", "managedAgents": [state]}]}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"enableExecuteCommand": False}, f"the task {NEW} was started before ECS Exec was on"),
        (agent("PENDING"), f"ExecuteCommandAgent of the container service in the task {NEW} is PENDING"),
        (agent("STOPPED", "no room in /tmp"), "is STOPPED: no room in /tmp"),
        ({"containers": [{"name": "service"}]}, "is not there"),
    ],
)
def test_a_task_without_a_running_agent_is_said(
    changes: dict[str, Any], complaint: str, running: RecordedAws, exec_in_dev: Slipway
) -> None:
    tasks(running, task(NEW, 20, **changes))
    ended = exec_in_dev()
    assert complaint in ended.stderr
    assert ended.exit_code == 1
    assert "ExecuteCommand" not in running.operations()


def test_an_agent_without_a_way_to_session_manager_is_explained(running: RecordedAws, exec_in_dev: Slipway) -> None:
    running.refuses("ExecuteCommand", "TargetNotConnectedException", "an internal error")
    ended = exec_in_dev()
    assert f"ECS does not reach the agent in the task {NEW}: " in ended.stderr
    assert "ssmmessages" in ended.stderr
    assert ended.exit_code == 1


@pytest.mark.parametrize("environment", ["dev", "sandbox"])
def test_where_no_task_runs_it_says_where_to_look(
    environment: str, running: RecordedAws, exec_in_dev: Slipway, slipway: Slipway
) -> None:
    stack = deployed.stack("slipway-sandbox-service", **deployed.OUTPUTS)
    running.records("DescribeStacks", {"Stacks": [stack]}, StackName="slipway-sandbox-service")
    running.records("ListTasks", {"taskArns": []})
    ended = exec_in_dev() if environment == "dev" else slipway("exec", "sandbox")
    assert ended.stderr.endswith(
        f"no task of slipway-dev runs.\nRun slipway status {environment} to see what is the matter.\n"
    )
    assert ended.exit_code == 1


@pytest.fixture
def sandbox(running: RecordedAws) -> RecordedAws:
    """The same in the sandbox, whose tasks know nothing of ECS Exec."""
    stack = deployed.stack("slipway-sandbox-service", **deployed.OUTPUTS)
    running.records("DescribeStacks", {"Stacks": [stack]}, StackName="slipway-sandbox-service")
    tasks(running, *(task(each, seconds, enableExecuteCommand=False) for each, seconds in ((OLD, 10), (NEW, 20))))
    return running


def test_in_the_sandbox_the_engine_runs_the_command_in_the_tasks_container(
    sandbox: RecordedAws, programs: Programs, slipway: Slipway
) -> None:
    programs.install("docker", code=7, ps=("0123456789ab\n", 0))
    ended = slipway("exec", "sandbox", "--", "ls", "-l", "a b")
    assert [words for words, _ in programs.started] == [
        [
            *("ps", "--quiet", "--filter", f"label=com.amazonaws.ecs.task-arn={task(NEW, 0)['taskArn']}"),
            *("--filter", "label=com.amazonaws.ecs.container-name=service"),
        ],
        ["exec", "--interactive", "0123456789ab", "ls", "-l", "a b"],
    ]
    assert (ended.exit_code, ended.stderr) == (7, "")
    assert "ExecuteCommand" not in sandbox.operations()


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("answer", [("", 0), ("cannot connect", 1)])
def test_an_engine_that_does_not_know_the_container_is_passed_over(
    answer: tuple[str, int], programs: Programs, slipway: Slipway
) -> None:
    programs.install("docker", ps=answer)
    assert slipway("exec", "sandbox").stderr.startswith(f"slipway: docker: no container service of the task {NEW}")
    programs.install("podman", ps=("0123456789ab", 0))
    assert slipway("exec", "sandbox").exit_code == 0
    assert programs.started[-1][0] == ["exec", "--interactive", "0123456789ab", "/bin/sh"]


@pytest.mark.usefixtures("sandbox", "programs")
def test_without_an_engine_it_says_so(slipway: Slipway) -> None:
    ended = slipway("exec", "sandbox")
    assert "neither docker nor podman is on PATH" in ended.stderr
    assert ended.exit_code == 1
