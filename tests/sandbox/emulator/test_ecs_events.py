"""What EventBridge is told of services, their deployments and their tasks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import CRASH, PARAMETERS, container_service


@pytest.fixture
def told(engine_emulator: Any) -> Callable[[], list[dict[str, Any]]]:
    """Return the events that a rule on everything of ECS has sent to a queue."""
    sqs, events = engine_emulator.client("sqs"), engine_emulator.client("events")
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="ecs", EventPattern=json.dumps({"source": ["aws.ecs"]}))
    events.put_targets(Rule="ecs", Targets=[{"Id": "inbox", "Arn": arn}])
    seen: list[dict[str, Any]] = []

    def received() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        seen.extend(json.loads(message["Body"]) for message in messages)
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return seen

    return received


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["detail-type"] == kind]


def test_a_release_that_fails_is_told_from_its_beginning_to_the_end_of_its_rollback(
    engine_emulator: Any, make_stacks: Callable[..., Any], images: Any, told: Any, poll: Callable[..., Any]
) -> None:
    stacks, resources = make_stacks(engine_emulator), container_service(images.repository)
    ecs = engine_emulator.client("ecs")
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"})
    poll(lambda: len(of(told(), "ECS Deployment State Change")) == 2)
    crash = {"Tag": "better", "Program": CRASH}
    stacks.deploy(resources, Parameters=PARAMETERS, parameters=crash, expect="UPDATE_ROLLBACK_COMPLETE")
    deployments = poll(lambda: (each := of(told(), "ECS Deployment State Change")) and each[5:] and each)

    (service,) = ecs.describe_services(cluster="main", services=["web"])["services"]
    back, failed = (each["id"] for each in service["deployments"])
    breaker = "ECS deployment circuit breaker:"
    details = [event["detail"] for event in deployments]
    assert [(each["eventName"], each["deploymentId"], each["eventType"], each["reason"]) for each in details] == [
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", back, "INFO", f"ECS deployment {back} in progress."),
        ("SERVICE_DEPLOYMENT_COMPLETED", back, "INFO", f"ECS deployment {back} completed."),
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", failed, "INFO", f"ECS deployment {failed} in progress."),
        ("SERVICE_DEPLOYMENT_FAILED", failed, "ERROR", f"{breaker} tasks failed to start."),
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", back, "INFO", f"{breaker} rolling back to deploymentId {back}."),
        ("SERVICE_DEPLOYMENT_COMPLETED", back, "INFO", f"ECS deployment {back} completed: rolled back from {failed}."),
    ]
    assert {tuple(event["resources"]) for event in deployments} == {(service["serviceArn"],)}

    actions = [event["detail"] for event in of(told(), "ECS Service Action")]
    assert {"SERVICE_STEADY_STATE", "SERVICE_TASK_START_IMPAIRED"} == {each["eventName"] for each in actions}
    assert {each["clusterArn"] for each in actions} == {service["clusterArn"]}

    tasks = [event["detail"] for event in of(told(), "ECS Task State Change")]
    assert {"RUNNING", "STOPPED"} <= {task["lastStatus"] for task in tasks}
    crashed = [task for task in tasks if task.get("stopCode") == "EssentialContainerExited"]
    assert {container["exitCode"] for task in crashed for container in task["containers"]} == {3}
    assert not any(name.startswith("_") for task in tasks for name in task)
