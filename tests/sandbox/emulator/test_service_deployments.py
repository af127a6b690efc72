"""What is told of a rollout while it is under way and after it, and how one is stopped."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import CRASH, PARAMETERS, container_service


@pytest.fixture
def stacks(engine_emulator: Any, make_stacks: Callable[..., Any]) -> Any:
    return make_stacks(engine_emulator)


@pytest.fixture
def ecs(engine_emulator: Any) -> Any:
    return engine_emulator.client("ecs")


@pytest.fixture
def deploy(stacks: Any, images: Any) -> Callable[..., Any]:
    """Deploy the service with an image and a program."""

    def deployed(tag: str, *, expect: str | None = None, tasks: int = 1, **parameters: str) -> Any:
        resources = container_service(images.repository, tasks=tasks)
        return stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": tag, **parameters}, expect=expect)

    return deployed


@pytest.fixture
def service(ecs: Any) -> Callable[[], dict[str, Any]]:
    def described() -> dict[str, Any]:
        found: dict[str, Any] = ecs.describe_services(cluster="main", services=["web"])["services"][0]
        return found

    return described


@pytest.fixture
def release(engine_emulator: Any, service: Callable[[], Any], poll: Callable[..., Any]) -> Callable[[str], str]:
    """Start the release of an image and return the ARN of its service deployment once that is under way."""

    def released(tag: str) -> str:
        before = service()["currentServiceDeployment"]
        engine_emulator.client("cloudformation").update_stack(
            StackName="Stack", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Tag", "ParameterValue": tag}]
        )

        def started() -> str | None:
            now: str = service()["currentServiceDeployment"]
            return now if now != before else None

        arn: str = poll(started)
        return arn

    return released


def stopped_tasks(ecs: Any) -> list[dict[str, Any]]:
    arns = ecs.list_tasks(cluster="main", serviceName="web", desiredStatus="STOPPED")["taskArns"]
    tasks: list[dict[str, Any]] = ecs.describe_tasks(cluster="main", tasks=arns)["tasks"]
    return tasks


def by_id(service: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {deployment["id"]: deployment for deployment in service["deployments"]}


def test_a_deployment_under_way_can_be_stopped_and_the_last_completed_one_is_back(
    ecs: Any, stacks: Any, deploy: Callable[..., Any], service: Callable[[], Any], release: Callable[[str], str]
) -> None:
    deploy("good")
    (before,) = service()["deployments"]
    running = ecs.list_tasks(cluster="main")["taskArns"]

    arn = release("better")
    assert ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")["serviceDeploymentArn"] == arn

    back, stopped = service()["deployments"]
    assert (back["id"], back["status"]) == (before["id"], "PRIMARY")
    assert back["taskDefinition"] == before["taskDefinition"] == service()["taskDefinition"]
    assert (stopped["rolloutState"], stopped["desiredCount"]) == ("FAILED", 0)
    assert "StopServiceDeployment" in stopped["rolloutStateReason"]

    stack = stacks.settled()
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Error occurred during operation 'ECS Deployment was stopped'" in stacks.reasons()
    assert by_id(service())[before["id"]]["rolloutState"] == "COMPLETED"
    assert ecs.list_tasks(cluster="main")["taskArns"] == running


def test_stopping_twice_lets_the_rollback_go_on_and_stopping_what_is_over_is_a_conflict(
    ecs: Any, stacks: Any, deploy: Callable[..., Any], release: Callable[[str], str], service: Callable[[], Any]
) -> None:
    deploy("good")
    completed = service()["currentServiceDeployment"]
    with pytest.raises(ecs.exceptions.ConflictException, match="is COMPLETED and can't be stopped"):
        ecs.stop_service_deployment(serviceDeploymentArn=completed, stopType="ROLLBACK")

    arn = release("better")
    for _ in range(2):
        ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert stacks.settled()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    with pytest.raises(ecs.exceptions.ConflictException, match="is FAILED and can't be stopped"):
        ecs.stop_service_deployment(serviceDeploymentArn=arn)


def test_a_first_deployment_that_is_stopped_has_nothing_to_go_back_to(
    ecs: Any, stacks: Any, images: Any, poll: Callable[..., Any]
) -> None:
    def under_way() -> str | None:
        if not ecs.list_clusters()["clusterArns"]:
            return None
        found = ecs.describe_services(cluster="main", services=["web"])["services"]
        return found[0]["currentServiceDeployment"] if found else None

    stacks.begin(container_service(images.repository), Parameters=PARAMETERS, parameters={"Tag": "good"})
    ecs.stop_service_deployment(serviceDeploymentArn=poll(under_way))
    assert stacks.settled()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Error occurred during operation 'ECS Deployment was stopped'" in stacks.reasons()


def test_what_cannot_be_stopped_is_refused_as_ecs_refuses_it(
    ecs: Any, deploy: Callable[..., Any], service: Callable[[], Any]
) -> None:
    deploy("good")
    arn = service()["currentServiceDeployment"]
    with pytest.raises(ecs.exceptions.UnsupportedFeatureException, match="ABORT stopType is not supported"):
        ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ABORT")
    for unknown in (f"{arn}0", arn.replace("/web/", "/other/"), "nonsense"):
        with pytest.raises(ecs.exceptions.ServiceDeploymentNotFoundException):
            ecs.stop_service_deployment(serviceDeploymentArn=unknown, stopType="ROLLBACK")


def test_a_missing_image_is_told_by_the_deployment_its_tasks_and_the_rollback(
    ecs: Any, images: Any, deploy: Callable[..., Any], service: Callable[[], Any]
) -> None:
    deploy("good", tasks=2)
    (before,) = service()["deployments"]
    deploy("missing", tasks=2, expect="UPDATE_ROLLBACK_COMPLETE")

    back, failed = service()["deployments"]
    assert (failed["rolloutState"], failed["failedTasks"]) == ("FAILED", 3)
    assert failed["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert failed["taskDefinition"] != before["taskDefinition"]
    assert failed["createdAt"] < failed["updatedAt"] < back["updatedAt"]
    assert failed["createdAt"].microsecond or failed["updatedAt"].microsecond or back["updatedAt"].microsecond
    assert (back["id"], back["rolloutState"]) == (before["id"], "COMPLETED")
    assert back["rolloutStateReason"] == f"ECS deployment {back['id']} completed: rolled back from {failed['id']}."
    assert service()["currentServiceDeployment"].rpartition("/")[2] == failed["id"].rpartition("/")[2]

    image = images.uri("missing")
    reason = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )
    tasks = [task for task in stopped_tasks(ecs) if task["startedBy"] == failed["id"]]
    assert len(tasks) >= 3
    assert {(task["stopCode"], task["stoppedReason"]) for task in tasks} == {("TaskFailedToStart", reason)}
    assert {container["reason"] for task in tasks for container in task["containers"]} == {reason}


def test_a_crash_is_told_by_the_exit_code_of_its_containers(
    ecs: Any, deploy: Callable[..., Any], service: Callable[[], Any]
) -> None:
    deploy("good")
    deploy("better", Program=CRASH, expect="UPDATE_ROLLBACK_COMPLETE")
    _, failed = service()["deployments"]
    assert failed["failedTasks"] == 3
    tasks = [task for task in stopped_tasks(ecs) if task["startedBy"] == failed["id"]]
    assert {task["stopCode"] for task in tasks} == {"EssentialContainerExited"}
    assert {task["stoppedReason"] for task in tasks} == {"Essential container in task exited"}
    assert {container["exitCode"] for task in tasks for container in task["containers"]} == {3}


def test_two_bad_releases_in_a_row_are_both_told_and_a_good_one_ends_the_rollback(
    deploy: Callable[..., Any], service: Callable[[], Any]
) -> None:
    deploy("good")
    (good,) = service()["deployments"]
    for _ in range(2):
        deploy("missing", expect="UPDATE_ROLLBACK_COMPLETE")
    back, *failed = service()["deployments"]
    assert back["id"] == good["id"]
    assert [deployment["rolloutState"] for deployment in failed] == ["FAILED", "FAILED"]

    deploy("better")
    primary, *failed = service()["deployments"]
    assert primary["rolloutStateReason"] == f"ECS deployment {primary['id']} completed."
    assert [deployment["rolloutState"] for deployment in failed] == ["FAILED", "FAILED"]
    assert service()["currentServiceDeployment"].rpartition("/")[2] == primary["id"].rpartition("/")[2]


def test_scaling_after_a_rollback_scales_what_runs(
    ecs: Any, deploy: Callable[..., Any], service: Callable[[], Any], poll: Callable[..., Any]
) -> None:
    deploy("good")
    deploy("missing", expect="UPDATE_ROLLBACK_COMPLETE")
    ended = service()["deployments"][1]["updatedAt"]
    ecs.update_service(cluster="main", service="web", desiredCount=2)
    primary, failed = poll(lambda: service()["deployments"] if service()["runningCount"] == 2 else None)
    assert (primary["desiredCount"], failed["desiredCount"]) == (2, 0)
    assert failed["updatedAt"] == ended


def test_what_the_scheduler_stops_is_told_apart_from_what_a_person_stops(
    ecs: Any, deploy: Callable[..., Any], service: Callable[[], Any], poll: Callable[..., Any]
) -> None:
    deploy("good")
    (first,) = service()["deployments"]
    deploy("better")
    (replaced,) = stopped_tasks(ecs)
    assert replaced["stopCode"] == "ServiceSchedulerInitiated"
    assert replaced["stoppedReason"] == f"Scaling activity initiated by (deployment {first['id']})"

    (task,) = ecs.list_tasks(cluster="main")["taskArns"]
    ecs.stop_task(cluster="main", task=task, reason="a drill")
    (by_hand,) = poll(lambda: [each for each in stopped_tasks(ecs) if each["taskArn"] == task])
    assert (by_hand["stopCode"], by_hand["stoppedReason"]) == ("UserInitiated", "a drill")
