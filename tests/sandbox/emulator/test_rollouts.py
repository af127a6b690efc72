"""CloudFormation and the rollouts of services, with real containers."""

import functools
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import CRASH, PARAMETERS, container_service


@pytest.fixture
def stacks(engine_emulator: Any, make_stacks: Callable[..., Any]) -> Any:
    return make_stacks(engine_emulator)


@pytest.fixture
def aws(engine_emulator: Any) -> Callable[[str], Any]:
    client: Callable[[str], Any] = engine_emulator.client
    return client


@pytest.fixture
def service(images: Any) -> Callable[..., dict[str, Any]]:
    return functools.partial(container_service, images.repository)


@pytest.fixture
def running(aws: Callable[[str], Any]) -> Callable[[], list[str]]:
    """Return the ARNs of the tasks that run."""

    def tasks() -> list[str]:
        arns: list[str] = aws("ecs").list_tasks(cluster="main", serviceName="web")["taskArns"]
        return arns

    return tasks


def parameter(stack: dict[str, Any], name: str) -> str:
    return str({entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}[name])


def test_a_stack_is_complete_when_the_container_runs_and_deleted_when_it_is_gone(
    engine: Any, engine_emulator: Any, aws: Callable[[str], Any], stacks: Any, service: Callable[..., Any]
) -> None:
    stacks.deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "good"})
    (described,) = aws("ecs").describe_services(cluster="main", services=["web"])["services"]
    assert [d["rolloutState"] for d in described["deployments"]] == ["COMPLETED"]
    assert described["runningCount"] == 1
    assert [each.status for each in engine_emulator.containers(engine)] == ["running"]

    stacks.delete()
    assert engine_emulator.containers(engine) == []


def test_a_missing_image_rolls_the_stack_back_to_the_tasks_and_parameters_of_before(
    aws: Callable[[str], Any],
    stacks: Any,
    service: Callable[..., Any],
    running: Callable[[], list[str]],
    poll: Callable[..., Any],
) -> None:
    stacks.deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "good"})
    before, revision = running(), stacks.reference("Task")
    cloudformation = aws("cloudformation")

    next_tag = [{"ParameterKey": "Tag", "ParameterValue": "missing"}]
    cloudformation.update_stack(StackName="Stack", UsePreviousTemplate=True, Parameters=next_tag)
    answers = 0

    def is_over() -> bool:
        nonlocal answers
        aws("ecs").describe_services(cluster="main", services=["web"])
        answers += 1
        (stack,) = cloudformation.describe_stacks(StackName="Stack")["Stacks"]
        return not stack["StackStatus"].endswith("IN_PROGRESS")

    poll(is_over)

    stack = stacks.settled()
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert parameter(stack, "Tag") == "good"
    reason = stacks.reasons()
    assert (
        "Resource handler returned message: \"Error occurred during operation 'ECS Deployment Circuit Breaker" in reason
    )
    assert "Stopped tasks: 3 x CannotPullContainerError" in reason
    assert "deployment failed: deployment circuit breaker was triggered" in reason
    assert answers > 5, "the emulator did not answer while CloudFormation waited"

    assert running() == before
    assert stacks.reference("Task") == revision
    (described,) = aws("ecs").describe_services(cluster="main", services=["web"])["services"]
    (primary,) = [d for d in described["deployments"] if d["status"] == "PRIMARY"]
    assert (primary["taskDefinition"], primary["rolloutState"]) == (revision, "COMPLETED")

    kept = [{"ParameterKey": "Tag", "UsePreviousValue": True}]
    with pytest.raises(cloudformation.exceptions.ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(StackName="Stack", UsePreviousTemplate=True, Parameters=kept)


def test_a_container_that_exits_rolls_the_stack_back_and_a_good_one_completes_it_after_that(
    aws: Callable[[str], Any], stacks: Any, service: Callable[..., Any], running: Callable[[], list[str]]
) -> None:
    stacks.deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "good"})
    before = running()
    crash = {"Tag": "better", "Program": CRASH}
    stacks.deploy(service(), Parameters=PARAMETERS, parameters=crash, expect="UPDATE_ROLLBACK_COMPLETE")
    assert "ECS deployment circuit breaker: tasks failed to start." in stacks.reasons()
    assert "Stopped tasks: 3 x Essential container in task exited (web exited with 3)" in stacks.reasons()
    assert running() == before

    stacks.deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "better"})
    assert parameter(stacks.settled(), "Tag") == "better"
    (task,) = aws("ecs").describe_tasks(cluster="main", tasks=running())["tasks"]
    assert task["taskDefinitionArn"] == stacks.reference("Task")
    assert task["taskArn"] not in before


def test_without_a_rollback_of_ecs_cloudformation_puts_the_old_revision_back(
    aws: Callable[[str], Any], stacks: Any, service: Callable[..., Any], running: Callable[[], list[str]]
) -> None:
    resources = service(breaker={"Enable": True, "Rollback": False})
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"})
    revision = stacks.reference("Task")
    crash = {"Tag": "good", "Program": CRASH}
    stacks.deploy(resources, Parameters=PARAMETERS, parameters=crash, expect="UPDATE_ROLLBACK_COMPLETE")
    (described,) = aws("ecs").describe_services(cluster="main", services=["web"])["services"]
    assert described["taskDefinition"] == revision
    (task,) = aws("ecs").describe_tasks(cluster="main", tasks=running())["tasks"]
    assert (task["taskDefinitionArn"], task["lastStatus"]) == (revision, "RUNNING")


def test_a_first_rollout_that_fails_leaves_neither_a_service_nor_a_container(
    engine: Any, engine_emulator: Any, aws: Callable[[str], Any], stacks: Any, service: Callable[..., Any]
) -> None:
    crash = {"Tag": "good", "Program": CRASH}
    stacks.deploy(service(), Parameters=PARAMETERS, parameters=crash, expect="ROLLBACK_COMPLETE")
    assert "3 x Essential container in task exited (web exited with 3)" in stacks.reasons()
    assert engine_emulator.containers(engine) == []
    assert aws("ecs").list_clusters()["clusterArns"] == []
    stacks.delete()


def test_an_update_can_be_cancelled_while_its_rollout_is_awaited(
    aws: Callable[[str], Any], stacks: Any, service: Callable[..., Any], poll: Callable[..., Any]
) -> None:
    cloudformation = aws("cloudformation")
    stacks.deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "good"})
    next_tag = [{"ParameterKey": "Tag", "ParameterValue": "better"}]
    cloudformation.update_stack(StackName="Stack", UsePreviousTemplate=True, Parameters=next_tag)
    poll(lambda: len(aws("ecs").describe_services(cluster="main", services=["web"])["services"][0]["deployments"]) == 2)
    cloudformation.cancel_update_stack(StackName="Stack")
    stack = stacks.settled()
    assert (stack["StackStatus"], parameter(stack, "Tag")) == ("UPDATE_ROLLBACK_COMPLETE", "good")
    assert "Service: Resource update cancelled" in stacks.reasons()


def test_a_container_runs_as_its_definition_says(
    engine: Any, engine_emulator: Any, stacks: Any, service: Callable[..., Any], poll: Callable[..., Any]
) -> None:
    resources = service(
        User="10001:10001",
        ReadonlyRootFilesystem=True,
        WorkingDirectory="/scratch",
        LinuxParameters={"Capabilities": {"Drop": ["ALL"]}},
        MountPoints=[{"SourceVolume": "scratch", "ContainerPath": "/scratch", "ReadOnly": False}],
    )
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"})
    (container,) = engine_emulator.containers(engine)

    def shell(command: str) -> tuple[int, str]:
        code, output = container.exec_run(["sh", "-c", command])
        return code, output.decode().strip()

    assert shell("id -u; pwd; touch file && ls /scratch") == (0, "10001\n/scratch\nfile")
    refused = poll(lambda: shell("touch /etc/file")[1])  # podman may lose what so short a program says
    assert refused == "touch: cannot touch '/etc/file': Read-only file system"
    assert shell("grep CapEff /proc/1/status")[1].endswith("0000000000000000")


def test_a_rollout_without_an_end_is_bounded(
    engine: Any, start_emulator: Callable[..., Any], make_stacks: Callable[..., Any], service: Callable[..., Any]
) -> None:
    # MiniStack completes no deployment in its first second.
    with start_emulator(SLIPWAY_SANDBOX_STABILITY_TIMEOUT="0.4") as emulator:
        stacks = make_stacks(emulator)
        stacks.deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "good"}, expect="ROLLBACK_COMPLETE")
        assert "Not stable after 0.4 s. ECS deployment ecs-svc/" in stacks.reasons()
        assert "HandlerErrorCode: NotStabilized" in stacks.reasons()
        assert emulator.containers(engine) == []


def test_the_next_start_on_the_port_removes_what_a_crash_left_and_nothing_else(
    engine: Any,
    images: Any,
    start_emulator: Callable[..., Any],
    make_stacks: Callable[..., Any],
    service: Callable[..., Any],
) -> None:
    with start_emulator() as crashed:
        make_stacks(crashed).deploy(service(), Parameters=PARAMETERS, parameters={"Tag": "good"})
        (left,) = crashed.containers(engine)
        crashed.stop(signal.SIGKILL)
    assert [each.status for each in crashed.containers(engine)] == ["running"]
    instance, _, _ = left.labels["ministack.instance"].rpartition(":")
    foreign = engine.containers.create(
        images.uri("good"), labels={"ministack": "ecs", "ministack.instance": f"{instance}:1", "ministack.boot": "x"}
    )
    try:
        with start_emulator(port=crashed.port) as successor:
            assert successor.containers(engine) == []
            foreign.reload()
    finally:
        foreign.remove(force=True)
