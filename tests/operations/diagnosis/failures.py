"""Rollouts that failed, as ECS tells of them: service deployments, stopped tasks, events and output."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from configuration import load
from operations.aws import connect
from operations.diagnosis import Diagnosis, diagnose
from tests.conftest import CONFIGURATION
from tests.operations import deployed
from tests.operations.deployed import ACCOUNT, CLUSTER, DEFINITION, NOW, REGION, SERVICE
from tests.operations.recorded_aws import RecordedAws

BEGAN = NOW - dt.timedelta(minutes=6)
DEPLOYMENT = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-deployment/{CLUSTER}/{SERVICE}/NCWGC2ZR-taawPAYrIaU5"
REVISION = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/{CLUSTER}/{SERVICE}/4980306466373577095"
OLDER_REVISION = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/{CLUSTER}/{SERVICE}/1116111111111111111"
OLDER = DEFINITION.replace(":7", ":6")
STARTED_BY = "ecs-svc/7777777777777777777"
BREAKER_TRIPPED = "Service deployment rolled back because the circuit breaker threshold was exceeded."
"""As hashicorp/terraform-provider-aws expects it in its acceptance tests (internal/service/ecs/service_test.go)."""
FIRED = "Threshold Crossed: 1 out of the last 1 datapoints [61.0 (23/11/26 11:58:00)] was greater than 50.0."


def task(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A task that never started."""
    return {
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{CLUSTER}/{number:032x}",
        "taskDefinitionArn": DEFINITION,
        "startedBy": STARTED_BY,
        "desiredStatus": "STOPPED",
        "lastStatus": "STOPPED",
        "healthStatus": "UNKNOWN",
        "createdAt": BEGAN + dt.timedelta(seconds=20 * number),
        "stoppedAt": BEGAN + dt.timedelta(seconds=20 * number + 15),
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "Task failed to start",
        "containers": [{"name": "service", "lastStatus": "STOPPED"}],
        **changes,
    }


def started(
    number: int = 1, *, seconds: float = 1, code: int | None = None, reason: str = "", **changes: Any
) -> dict[str, Any]:
    """A task that ran for so many seconds.

    Args:
        code: its container's exit code.
        reason: of the container.
    """
    start = BEGAN + dt.timedelta(seconds=20 * number + 10)
    container = {"name": "service", "lastStatus": "STOPPED"}
    return task(
        number,
        **{
            "startedAt": start,
            "stoppedAt": start + dt.timedelta(seconds=seconds),
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "containers": [
                container | ({} if code is None else {"exitCode": code}) | ({"reason": reason} if reason else {})
            ],
            **changes,
        },
    )


def unhealthy(number: int = 1, *, seconds: float = 40, by: str = "ELB", **changes: Any) -> dict[str, Any]:
    """A task that ECS stopped because of its health checks."""
    where = f" in (target-group {deployed.GROUP})" if by == "ELB" else ""
    stop = {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": f"Task failed {by} health checks{where}"}
    return started(number, seconds=seconds, code=143, **{**stop, **changes})


@dataclass
class Failure:
    """What AWS tells of a rollout that failed.

    Attributes:
        output: of every task that has run: seconds after its start, and the line.
    """

    tasks: Sequence[dict[str, Any]] = ()
    events: Sequence[str] = ()
    output: Sequence[tuple[float, str]] = ()
    targets: Sequence[dict[str, Any]] = ()
    alarms: Sequence[dict[str, Any]] = ()
    definition: dict[str, Any] = field(default_factory=dict)
    deployment: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)

    def record(self, aws: RecordedAws) -> None:
        """On top of a service that is deployed and well."""
        deployed.record(aws)
        events = [deployed.event(text, seconds=-30 - index) for index, text in enumerate(self.events)]
        aws.records("DescribeServices", {"services": [deployed.service(events=events, **self.service)]})
        aws.records("ListServiceDeployments", {"serviceDeployments": [{"serviceDeploymentArn": DEPLOYMENT}]})
        aws.records("DescribeServiceDeployments", {"serviceDeployments": [self.described()]})
        aws.records("DescribeServiceRevisions", {"serviceRevisions": [revision(REVISION, DEFINITION)]})
        self._record_tasks(aws)
        if self.targets:
            aws.records("DescribeTargetHealth", {"TargetHealthDescriptions": list(self.targets)})
        if self.alarms:
            aws.records("DescribeAlarms", {"MetricAlarms": list(self.alarms)})
        definition = deployed.task_definition(**self.definition)
        aws.records("DescribeTaskDefinition", {"taskDefinition": definition}, taskDefinition=DEFINITION)

    def described(self) -> dict[str, Any]:
        """The service deployment."""
        return {
            "serviceDeploymentArn": DEPLOYMENT,
            "status": "ROLLBACK_SUCCESSFUL",
            "statusReason": BREAKER_TRIPPED,
            "createdAt": BEGAN,
            "startedAt": BEGAN,
            "finishedAt": NOW,
            "targetServiceRevision": {"arn": REVISION, "requestedTaskCount": 2},
            "sourceServiceRevisions": [{"arn": OLDER_REVISION, "runningTaskCount": 2}],
            "deploymentCircuitBreaker": {"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
            "rollback": {"reason": BREAKER_TRIPPED, "startedAt": NOW, "serviceRevisionArn": OLDER_REVISION},
            **self.deployment,
        }

    def _record_tasks(self, aws: RecordedAws) -> None:
        aws.records("ListTasks", {"taskArns": [each["taskArn"] for each in self.tasks]})
        aws.records("DescribeTasks", {"tasks": list(self.tasks)})
        for each in self.tasks:
            if "startedAt" in each:
                stream = f"service/service/{each['taskArn'].rpartition('/')[2]}"
                aws.records("FilterLogEvents", {"events": self._output(each)}, logStreamNames=[stream])

    def _output(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "timestamp": int((task["startedAt"] + dt.timedelta(seconds=seconds)).timestamp() * 1000),
                "message": line,
            }
            for seconds, line in self.output
        ]


def revision(arn: str, task_definition: str) -> dict[str, Any]:
    """A service revision of that task definition."""
    image = {"containerName": "service", "image": deployed.IMAGE, "imageDigest": "sha256:0123"}
    return {"serviceRevisionArn": arn, "taskDefinition": task_definition, "containerImages": [image]}


def diagnosed(deployment_id: str | None = None) -> Diagnosis:
    """What is concluded from all that."""
    configuration = load(CONFIGURATION)
    environment = configuration.environment("dev")
    return diagnose(connect(configuration, environment), environment, deployed.OUTPUTS, deployment_id=deployment_id)
