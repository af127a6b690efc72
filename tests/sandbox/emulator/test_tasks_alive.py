"""What becomes of tasks after they were healthy: they are probed, drained, killed and replaced; real containers."""

import concurrent.futures
import contextlib
import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import PARAMETERS, PYTHON, container_service, http_server
from tests.sandbox.emulator.test_target_health import load_balancer

SERVER = http_server("""
port, sick = 8000, False
def answer(path):
    global sick
    if path.startswith("/slow"):
        print("arrived", flush=True)
        time.sleep(float(path.rpartition("/")[2]))
    if path == "/sicken":
        sick = True
    if path == "/fill":
        threading.Thread(target=lambda: [b"x" * (1 << 20) for _ in range(1024)]).start()
    return 503 if sick and path == "/ready" else 200, socket.gethostname()
""")


@pytest.fixture
def stacks(engine_emulator: Any, make_stacks: Callable[..., Any]) -> Any:
    return make_stacks(engine_emulator)


@pytest.fixture
def ecs(engine_emulator: Any) -> Any:
    return engine_emulator.client("ecs")


@pytest.fixture
def balanced(stacks: Any, images: Any) -> Callable[..., None]:
    """Deploy two tasks behind a load balancer, with a deregistration delay in seconds."""

    def deployed(delay: int = 10) -> None:
        resources = {**container_service(images.repository, tasks=2, EntryPoint=PYTHON), **load_balancer()}
        target = {"ContainerName": "web", "ContainerPort": 8000, "TargetGroupArn": {"Ref": "Targets"}}
        resources["Service"]["DependsOn"] = "Listener"
        resources["Service"]["Properties"].update(LoadBalancers=[target], HealthCheckGracePeriodSeconds=60)
        attribute = {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}
        resources["Targets"]["Properties"]["TargetGroupAttributes"] = [attribute]
        stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good", "Program": SERVER})

    return deployed


@pytest.fixture
def get(engine_emulator: Any) -> Callable[[str], tuple[int, str]]:
    """Return the status and the container that the load balancer `web` answers with."""

    def got(path: str) -> tuple[int, str]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", engine_emulator.port, timeout=30)) as asked:
            asked.request("GET", f"/_alb/web{path}")
            answer = asked.getresponse()
            return answer.status, answer.read().decode()

    return got


@pytest.fixture
def aside() -> Iterator[concurrent.futures.Executor]:
    with concurrent.futures.ThreadPoolExecutor() as executor:
        yield executor


def running(ecs: Any) -> list[str]:
    arns: list[str] = ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
    return arns


def described(ecs: Any, arn: str) -> dict[str, Any]:
    task: dict[str, Any] = ecs.describe_tasks(cluster="main", tasks=[arn])["tasks"][0]
    return task


def states(engine_emulator: Any, stacks: Any) -> list[str]:
    group = stacks.reference("Targets")
    answer = engine_emulator.client("elbv2").describe_target_health(TargetGroupArn=group)
    return sorted(each["TargetHealth"]["State"] for each in answer["TargetHealthDescriptions"])


def test_a_task_that_falls_ill_gets_no_requests_and_is_replaced(
    engine_emulator: Any, ecs: Any, stacks: Any, balanced: Callable[..., None], get: Any, poll: Callable[..., Any]
) -> None:
    balanced()
    before = running(ecs)
    _, sick = get("/sicken")
    poll(lambda: "unhealthy" in states(engine_emulator, stacks))
    assert sick not in {get("/")[1] for _ in range(20)}
    assert running(ecs) == before, "the grace period is not over"
    ecs.update_service(cluster="main", service="web", healthCheckGracePeriodSeconds=0)
    poll(lambda: set(before) - set(running(ecs)) and states(engine_emulator, stacks) == ["healthy", "healthy"])
    (lost,) = set(before) - set(running(ecs))
    assert described(ecs, lost)["stopCode"] == "ServiceSchedulerInitiated"
    group = stacks.reference("Targets")
    assert described(ecs, lost)["stoppedReason"] == f"Task failed ELB health checks in (target-group {group})"
    (service,) = ecs.describe_services(cluster="main", services=["web"])["services"]
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]


def test_a_container_that_fails_its_own_check_is_replaced(
    engine: Any, engine_emulator: Any, ecs: Any, stacks: Any, images: Any, poll: Callable[..., Any]
) -> None:
    check = {"Command": ["CMD-SHELL", "test ! -e /tmp/sick"], "Interval": 1, "Retries": 2}
    resources = container_service(images.repository, HealthCheck=check)
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"})
    (before,) = running(ecs)
    task = described(ecs, before)
    assert (task["healthStatus"], task["containers"][0]["healthStatus"]) == ("HEALTHY", "HEALTHY")

    (container,) = engine_emulator.containers(engine)
    container.exec_run(["touch", "/tmp/sick"])  # noqa: S108 - in the container
    poll(lambda: running(ecs) not in ([], [before]))
    assert described(ecs, before)["stoppedReason"] == "Task failed container health checks"
    poll(lambda: described(ecs, running(ecs)[0])["healthStatus"] == "HEALTHY")


def test_a_container_that_never_passes_its_own_check_rolls_its_deployment_back(
    ecs: Any, stacks: Any, images: Any
) -> None:
    def deploy(command: str, expect: str | None = None) -> None:
        check = {"Command": ["CMD", command], "Interval": 1, "Retries": 1}
        resources = container_service(images.repository, tasks=3, HealthCheck=check)
        stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"}, expect=expect)

    deploy("true")
    before = set(running(ecs))
    deploy("false", expect="UPDATE_ROLLBACK_COMPLETE")
    assert "3 x Task failed container health checks." in stacks.reasons()
    assert set(running(ecs)) == before


@pytest.mark.parametrize("how", ["kill", "remove"])
def test_a_task_whose_container_is_lost_is_replaced(
    how: str, engine: Any, engine_emulator: Any, ecs: Any, stacks: Any, images: Any, poll: Callable[..., Any]
) -> None:
    stacks.deploy(container_service(images.repository), Parameters=PARAMETERS, parameters={"Tag": "good"})
    (before,) = running(ecs)
    (container,) = engine_emulator.containers(engine)
    if how == "kill":
        container.kill()
    else:
        container.remove(force=True)
    poll(lambda: described(ecs, before)["lastStatus"] == "STOPPED")
    (after,) = poll(lambda: running(ecs))
    assert after != before
    task = described(ecs, before)
    assert task["stopCode"] == "EssentialContainerExited"
    # An engine that removes a container may ask it to end first, which this program does with 0.
    assert task["containers"][0]["exitCode"] in ({137} if how == "kill" else {0, 137})
    if how == "remove":  # a busy podman may take the end of a killed container's cgroup for an event of its memory
        assert "reason" not in task["containers"][0]


def test_a_task_that_a_person_stops_is_drained_and_replaced(
    engine: Any,
    engine_emulator: Any,
    ecs: Any,
    stacks: Any,
    balanced: Callable[..., None],
    get: Any,
    aside: concurrent.futures.Executor,
    poll: Callable[..., Any],
) -> None:
    balanced()
    answers = [aside.submit(get, "/slow/4") for _ in range(6)]
    poll(lambda: arrived(engine_emulator, engine) == 6)
    (stopped, *_) = running(ecs)
    asked_at = time.monotonic()
    ecs.stop_task(cluster="main", task=stopped)
    assert time.monotonic() - asked_at < 1
    assert described(ecs, stopped)["lastStatus"] == "DEACTIVATING"
    assert "draining" in states(engine_emulator, stacks)
    assert {answer.result()[0] for answer in answers} == {200}
    poll(lambda: described(ecs, stopped)["lastStatus"] == "STOPPED")
    poll(lambda: states(engine_emulator, stacks) == ["healthy", "healthy"])
    task = described(ecs, stopped)
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("UserInitiated", 0)


@pytest.mark.parametrize("how", ["drain", "kill"])
def test_a_request_that_its_target_does_not_live_to_answer_is_cut_off(
    how: str,
    engine: Any,
    engine_emulator: Any,
    ecs: Any,
    balanced: Callable[..., None],
    get: Any,
    aside: concurrent.futures.Executor,
    poll: Callable[..., Any],
) -> None:
    balanced(delay=1)
    answers = [aside.submit(get, "/slow/25") for _ in range(6)]
    poll(lambda: arrived(engine_emulator, engine) == 6)
    if how == "kill":
        for container in engine_emulator.containers(engine):
            container.kill()
    else:
        for task in running(ecs):
            ecs.stop_task(cluster="main", task=task)
    assert {answer.result()[0] for answer in answers} == {502}


def arrived(engine_emulator: Any, engine: Any) -> int:
    """How many slow requests have reached a task."""
    return sum(container.logs().count(b"arrived") for container in engine_emulator.containers(engine))


def test_a_task_that_takes_more_memory_than_it_has_is_killed_and_tells_so(
    engine: Any, ecs: Any, balanced: Callable[..., None], get: Any, poll: Callable[..., Any]
) -> None:
    if not engine.info().get("MemoryLimit"):
        pytest.skip("this engine cannot limit the memory of a container")
    balanced()
    before = running(ecs)
    get("/fill")
    (lost,) = poll(lambda: set(before) - set(running(ecs)))
    task = described(ecs, lost)
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)
    assert task["containers"][0]["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_an_emulator_that_ends_leaves_no_container_and_replaces_none(
    engine: Any, start_emulator: Callable[..., Any], make_stacks: Callable[..., Any], images: Any
) -> None:
    with start_emulator() as emulator:
        resources = container_service(images.repository, tasks=3)
        make_stacks(emulator).deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"})
        emulator.client("ecs").update_service(cluster="main", service="web", desiredCount=6)
        emulator.stop()
    assert emulator.containers(engine) == []
