"""Tasks behind a load balancer, with real containers: which get requests, and what becomes of unhealthy ones."""

import contextlib
import http.client
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import PARAMETERS, PYTHON, container_service, http_server

SERVER = http_server("""
port = int(os.environ["PORT"])
time.sleep(float(os.environ.get("DELAY", "0")))
def answer(path):
    return int(os.environ["HEALTH"]) if path == "/ready" else 200, ""
""")
ELSEWHERE = "198.51.100.1"  # of TEST-NET-2 (RFC 5737), where nothing is: packets to it leave this machine
MOVED = f"""
from docker.models.containers import Container
reload = Container.reload
def moved(self):
    reload(self)
    for network in self.attrs["NetworkSettings"]["Networks"].values():
        network["IPAddress"] = "{ELSEWHERE}"
Container.reload = moved
"""
VARIABLES = {"Health": "200", "Port": "8000", "Delay": "0"}

PAUSE = 0.05
"""Seconds between two requests, and between two looks at what is only so for a while."""


@pytest.fixture
def stacks(engine_emulator: Any, make_stacks: Callable[..., Any]) -> Any:
    return make_stacks(engine_emulator)


@pytest.fixture
def deploy(stacks: Any, images: Any) -> Callable[..., Any]:
    """Deploy a service of two tasks whose answer to the health check, port and delay are parameters.

    `grace` is in seconds: long, so that a busy machine does not fail a good task, except where tasks are to fail.
    """

    def deployed(*, expect: str | None = None, grace: int = 60, **parameters: str) -> Any:
        variables = [{"Name": name.upper(), "Value": {"Ref": name}} for name in VARIABLES]
        resources = balanced_service(images.repository, grace=grace, tasks=2, EntryPoint=PYTHON, Environment=variables)
        declared = {name: {"Type": "String", "Default": default} for name, default in VARIABLES.items()}
        return stacks.deploy(
            resources,
            Parameters={**PARAMETERS, **declared},
            parameters={"Tag": "good", "Program": SERVER, **parameters},
            expect=expect,
        )

    return deployed


@pytest.fixture
def health(engine_emulator: Any, stacks: Any) -> Callable[[], list[dict[str, str]]]:
    def described() -> list[dict[str, str]]:
        group = stacks.reference("Targets")
        answer = engine_emulator.client("elbv2").describe_target_health(TargetGroupArn=group)
        return [each["TargetHealth"] for each in answer["TargetHealthDescriptions"]]

    return described


def balanced_service(repository: str, *, grace: int = 60, **service: Any) -> dict[str, Any]:
    resources = container_service(repository, **service)
    balanced = {"ContainerName": "web", "ContainerPort": 8000, "TargetGroupArn": {"Ref": "Targets"}}
    resources["Service"]["DependsOn"] = "Listener"
    resources["Service"]["Properties"].update(LoadBalancers=[balanced], HealthCheckGracePeriodSeconds=grace)
    return {**resources, **load_balancer()}


def load_balancer() -> dict[str, Any]:
    checks = {"HealthCheckPath": "/ready", "HealthCheckIntervalSeconds": 1}
    thresholds = {"HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2}
    targets = {"Port": 8000, "Protocol": "HTTP", "TargetType": "ip", "VpcId": "vpc-1", **checks, **thresholds}
    forward = {"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}
    listener = {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 80, "Protocol": "HTTP", "DefaultActions": [forward]}
    return {
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Name": "web"}},
        "Targets": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": targets},
        "Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": listener},
    }


@contextlib.contextmanager
def load(port: int) -> Iterator[Counter[str]]:
    """Send some twenty requests a second through the load balancer, and count the answers by their codes."""
    answers: Counter[str] = Counter()
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(PAUSE):
            try:
                answers[str(requested(port))] += 1
            except OSError as error:
                answers[repr(error)] += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


def requested(port: int) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/_alb/web/")
        with connection.getresponse() as answer:
            answer.read()
            return answer.status


def test_a_release_that_starts_slowly_loses_no_request(
    engine_emulator: Any, deploy: Callable[..., Any], health: Callable[[], list[dict[str, str]]]
) -> None:
    deploy()
    assert health() == [{"State": "healthy"}, {"State": "healthy"}]
    with load(engine_emulator.port) as answers:
        deploy(Tag="better", Delay="1.5")
    assert set(answers) == {"200"}
    assert answers["200"] > 10


@pytest.mark.parametrize(
    ("parameters", "reason", "description"),
    [
        ({"Health": "503"}, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"),
        ({"Port": "9000"}, "Target.FailedHealthChecks", "Health checks failed"),
    ],
    ids=["health path failing", "port closed"],
)
def test_tasks_that_never_are_healthy_roll_the_release_back_and_get_no_request(
    engine_emulator: Any,
    stacks: Any,
    deploy: Callable[..., Any],
    health: Callable[[], list[dict[str, str]]],
    parameters: dict[str, str],
    reason: str,
    description: str,
) -> None:
    deploy()
    seen: set[tuple[str, str, str]] = set()
    with load(engine_emulator.port) as answers:
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(PAUSE):
                seen.update((h["State"], h.get("Reason", ""), h.get("Description", "")) for h in health())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            deploy(**parameters, grace=6, expect="UPDATE_ROLLBACK_COMPLETE")
        finally:
            ended.set()
            watcher.join()
    assert set(answers) == {"200"}
    assert ("initial", "Elb.InitialHealthChecks", "Initial health checks in progress") in seen
    assert ("unhealthy", reason, description) in seen

    ecs, group = engine_emulator.client("ecs"), stacks.reference("Targets")
    (service,) = ecs.describe_services(cluster="main", services=["web"])["services"]
    (_, failed), events = service["deployments"], service["events"]
    assert (failed["rolloutState"], failed["failedTasks"]) == ("FAILED", 3)
    arns = ecs.list_tasks(cluster="main", startedBy=failed["id"], desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.describe_tasks(cluster="main", tasks=arns)["tasks"]
    stopped = f"Task failed ELB health checks in (target-group {group})"
    assert [task["stoppedReason"] for task in tasks].count(stopped) >= 3
    assert f"3 x {stopped}" in stacks.reasons()
    assert any(event["message"].endswith(f"due to (reason {description}).") for event in events)
    assert health() == [{"State": "healthy"}, {"State": "healthy"}]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere containers are behind a gateway: the engine's machine")
def test_a_request_to_a_task_whose_network_is_gone_does_not_leave_the_machine(
    start_emulator: Callable[..., Any],
    make_stacks: Callable[..., Any],
    images: Any,
    poll: Callable[..., Any],
    tmp_path: Path,
) -> None:
    """An engine removes its bridge with the last container; other containers of this machine may keep it."""
    (tmp_path / "sitecustomize.py").write_text(MOVED)
    with start_emulator(PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])) as emulator:
        stacks = make_stacks(emulator)
        stacks.begin(balanced_service(images.repository), Parameters=PARAMETERS, parameters={"Tag": "good"})
        elbv2 = emulator.client("elbv2")

        def unhealthy() -> list[tuple[str, str]]:
            groups = [group["TargetGroupArn"] for group in elbv2.describe_target_groups()["TargetGroups"]]
            told = [each for group in groups for each in targets_of(group)]
            return [
                (each["Target"]["Id"], each["TargetHealth"]["Reason"])
                for each in told
                if each["TargetHealth"]["State"] == "unhealthy"
            ]

        def targets_of(group: str) -> list[dict[str, Any]]:
            described = elbv2.describe_target_health(TargetGroupArn=group)
            return list(described["TargetHealthDescriptions"])

        assert poll(unhealthy) == [(ELSEWHERE, "Target.FailedHealthChecks")]
        assert requested(emulator.port) == 502
        for name in ("HTTPCode_ELB_502_Count", "TargetConnectionErrorCount", "RequestCount"):
            poll(partial(counted, emulator, stacks.reference("Balancer"), name))


def counted(emulator: Any, balancer: str, name: str) -> float:
    now = datetime.now(UTC)
    points = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName=name,
        Dimensions=[{"Name": "LoadBalancer", "Value": balancer.partition(":loadbalancer/")[2]}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(float(point["Sum"]) for point in points)
