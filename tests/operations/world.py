"""One environment of AWS with a service, whose rollouts go as a test tells them to.

The shapes are those of the API references; texts of ECS are quoted from public reports of real rollouts.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.operations.answering import AnsweringAws, RefusalError

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
STACK = "slipway-dev-service"
CLUSTER = SERVICE = "slipway-dev"
ARN = "arn:aws:ecs:eu-central-1:111111111111"
TARGETS = "arn:aws:elasticloadbalancing:eu-central-1:111111111111:targetgroup/web/0123456789abcdef"
REPOSITORY = "222222222222.dkr.ecr.eu-central-1.amazonaws.com/slipway"
OLD, NEW, NEXT = "sha-0000001", "sha-0000002", "sha-0000003"
BREAKER = "Service deployment rolled back because the circuit breaker threshold was exceeded."
ROLE = "arn:aws:iam::111111111111:role/cdk-hnb659fds-deploy-role-111111111111-eu-central-1"
UPDATING = "UPDATE_IN_PROGRESS"


def minutes(number: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=number)


def task_definition(tag: str) -> str:
    return f"{ARN}:task-definition/web:{int(tag[-1])}"


def revision(tag: str) -> str:
    return f"{ARN}:service-revision/{CLUSTER}/{SERVICE}/{tag}"


def deployment_arn(tag: str) -> str:
    return f"{ARN}:service-deployment/{CLUSTER}/{SERVICE}/{tag}"


def deployment(tag: str, status: str, *, onto: str = OLD, minute: float = 1, **more: Any) -> dict[str, Any]:
    """A service deployment of that tag, as DescribeServiceDeployments tells it."""
    told: dict[str, Any] = {
        "serviceDeploymentArn": deployment_arn(tag),
        "status": status,
        "createdAt": minutes(minute),
        "startedAt": minutes(minute),
        "sourceServiceRevisions": [{"arn": revision(onto), "runningTaskCount": 2}],
        "targetServiceRevision": {"arn": revision(tag), "requestedTaskCount": 2, "runningTaskCount": 0},
        "deploymentCircuitBreaker": {"status": "MONITORING", "failureCount": 0, "threshold": 3},
    }
    return told | more


def rolled_back(tag: str, *, reason: str = BREAKER, onto: str = OLD) -> dict[str, Any]:
    """The same, after ECS has put the other revision back."""
    return deployment(
        tag,
        "ROLLBACK_SUCCESSFUL",
        onto=onto,
        statusReason=reason,
        finishedAt=minutes(4),
        rollback={"reason": reason, "startedAt": minutes(2), "serviceRevisionArn": revision(onto)},
        deploymentCircuitBreaker={"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
    )


@dataclass
class World:
    """What AWS says; a frame is what it says at one look, and the last one stays.

    Attributes:
        before: the deployments before the first frame.
        frames: state of the stack, and the deployments that there are besides those before.
        desired: tasks.
        same: whether a change set changes nothing.
        stale: looks at which CloudFormation still tells of the stack as it was before the change set.
    """

    aws: AnsweringAws
    before: list[dict[str, Any]] = field(
        default_factory=lambda: [deployment(OLD, "SUCCESSFUL", minute=-60, finishedAt=minutes(-55))]
    )
    frames: list[tuple[str, Sequence[dict[str, Any]]]] = field(default_factory=list)
    stack: str = "UPDATE_COMPLETE"
    tag: str = OLD
    running: str = OLD
    released_by: str = "unknown"
    desired: int = 2
    changes: list[dict[str, Any]] = field(default_factory=list)
    same: bool = False
    executed: bool = False
    looks: int = 0
    stale: int = 0

    def __post_init__(self) -> None:
        self.changes = self.changes or [change("Task", "AWS::ECS::TaskDefinition", "True"), *SERVICE_AND_RECORD]
        for operation, answer in {
            "DescribeStacks": self._stacks,
            "DescribeServices": self._services,
            "ListServiceDeployments": self._listed,
            "DescribeServiceDeployments": self._described,
            "DescribeServiceRevisions": self._revisions,
            "DescribeTaskDefinition": self._task_definition,
            "DescribeChangeSet": self._change_set,
            "ExecuteChangeSet": self._execute,
        }.items():
            self.aws.answer(operation, answer)
        always: dict[str, dict[str, Any]] = {
            "ListTasks": {"taskArns": []},
            "DescribeTargetGroups": {"TargetGroups": []},
            "DescribeTargetHealth": {"TargetHealthDescriptions": []},
            "DescribeStackEvents": {"StackEvents": []},
            "CreateChangeSet": {},
            "DeleteChangeSet": {},
            "StopServiceDeployment": {},
            "GetParameterHistory": {"Parameters": []},
            "GetCallerIdentity": {
                "Account": "111111111111",
                "Arn": "arn:aws:sts::111111111111:assumed-role/Operator/ada",
            },
            "AssumeRole": {
                "Credentials": {
                    "AccessKeyId": "ASIA0123456789ABCDEF",
                    "SecretAccessKey": "secret",
                    "SessionToken": "token",
                    "Expiration": minutes(60),
                }
            },
        }
        for operation, told in always.items():
            self.aws.answer(operation, told)

    @property
    def frame(self) -> tuple[str, Sequence[dict[str, Any]]]:
        if not (self.executed and self.frames):
            return self.stack, ()
        return self.frames[min(max(self.looks - 1, 0), len(self.frames) - 1)]

    @property
    def deployments(self) -> list[dict[str, Any]]:
        return [*self.frame[1], *self.before]

    def _stacks(self, _: dict[str, Any]) -> dict[str, Any]:
        outdated, self.stale = bool(self.executed and self.stale), self.stale - bool(self.executed and self.stale)
        status = self.stack if outdated else self.frame[0]
        if not status:
            raise RefusalError("ValidationError", f"Stack with id {STACK} does not exist")
        outputs = {"ClusterName": CLUSTER, "ServiceName": SERVICE, "Url": "https://dev.example.com"}
        parameters = {
            "ImageTag": self.tag,
            "ReleasedBy": self.released_by,
            "BootstrapVersion": "/cdk-bootstrap/version",
        }
        return {
            "Stacks": [
                {
                    "StackName": STACK,
                    "StackStatus": status,
                    "CreationTime": minutes(-9999),
                    "LastUpdatedTime": minutes(0) if self.executed and not outdated else minutes(-61),
                    "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
                    "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()],
                }
            ]
        }

    def _services(self, _: dict[str, Any]) -> dict[str, Any]:
        primary = {
            "id": "ecs-svc/0000000000000000001",
            "status": "PRIMARY",
            "taskDefinition": task_definition(self.running),
            "rolloutState": "COMPLETED",
        }
        return {
            "services": [
                {
                    "serviceName": SERVICE,
                    "serviceArn": f"{ARN}:service/{CLUSTER}/{SERVICE}",
                    "status": "ACTIVE",
                    "desiredCount": self.desired,
                    "runningCount": self.desired,
                    "pendingCount": 0,
                    "taskDefinition": task_definition(self.running),
                    "loadBalancers": [{"targetGroupArn": TARGETS, "containerName": "service", "containerPort": 8000}],
                    "deployments": [primary],
                }
            ]
        }

    def _listed(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.executed:
            self.looks += 1
        return {
            "serviceDeployments": [
                {"serviceDeploymentArn": each["serviceDeploymentArn"], "status": each["status"]}
                for each in self.deployments
            ]
        }

    def _described(self, asked: dict[str, Any]) -> dict[str, Any]:
        arns = asked["serviceDeploymentArns"]
        return {"serviceDeployments": [each for each in self.deployments if each["serviceDeploymentArn"] in arns]}

    def _revisions(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "serviceRevisions": [
                {
                    "serviceRevisionArn": arn,
                    "taskDefinition": task_definition(tag),
                    "containerImages": [{"containerName": "service", "image": f"{REPOSITORY}:{tag}"}],
                }
                for arn in asked["serviceRevisionArns"]
                for tag in [arn.rpartition("/")[2]]
            ]
        }

    def _task_definition(self, asked: dict[str, Any]) -> dict[str, Any]:
        tag = f"sha-000000{asked['taskDefinition'][-1]}"
        containers = [{"name": "service", "image": f"{REPOSITORY}:{tag}"}]
        return {"taskDefinition": {"taskDefinitionArn": task_definition(tag), "containerDefinitions": containers}}

    def _change_set(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.same:
            reason = "The submitted information didn't contain changes. Submit different information to create a set."
            return {"Status": "FAILED", "StatusReason": reason}
        return {"Status": "CREATE_COMPLETE", "Changes": [{"ResourceChange": each} for each in self.changes]}

    def _execute(self, _: dict[str, Any]) -> dict[str, Any]:
        self.executed = True
        return {}


def change(name: str, type: str, replacement: str = "False", *causes: dict[str, Any]) -> dict[str, Any]:
    """What a change set says of one resource."""
    return {
        "Action": "Modify",
        "LogicalResourceId": name,
        "ResourceType": type,
        "Replacement": replacement,
        "Details": list(causes) or [{"Evaluation": "Static", "ChangeSource": "ParameterReference"}],
    }


SERVICE_AND_RECORD = [change("Service", "AWS::ECS::Service"), change("Record", "AWS::SSM::Parameter")]


def under_way(world: World, *frames: tuple[str, list[dict[str, Any]]]) -> None:
    """Lets an update of the stack be under way from the beginning."""
    world.executed, world.tag = True, NEW
    world.frames = list(frames)


def told(text: str) -> str:
    return " ".join(text.split())
