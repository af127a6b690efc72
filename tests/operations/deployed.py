"""A service that is deployed and well, as AWS tells of it; tests change what they are about."""

import datetime as dt
from typing import Any

from tests.operations.recorded_aws import RecordedAws

ACCOUNT, REGION = "111111111111", "eu-central-1"
REGISTRY_ACCOUNT = "222222222222"
STACK = "slipway-dev-service"
CLUSTER = SERVICE = "slipway-dev"
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TAG = "sha-1234567"
IMAGE = f"{REGISTRY_ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/slipway:{TAG}"
DEFINITION = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/slipwaydevserviceWebService:7"
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/slipwa-Ingre-4fWv/50dc6c4959"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/slipwa-Ingre-XPQ8/6d0ecf831eec9f09"
ALARMS = [f"{STACK}-DeploymentAlarmsErrorCount0A1B", f"{STACK}-DeploymentAlarmsErrorRatio2C3D"]
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/slipway-dev-service-WebServiceExecutionRole"
TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/slipway-dev-service-WebServiceTaskRole"
LOG_GROUP = "slipway-dev-service-WebServiceLogGroup1F2E"
SUBNETS = ["subnet-0a", "subnet-0b"]
OUTPUTS = {"ClusterName": CLUSTER, "ServiceName": SERVICE, "LoadBalancerArn": BALANCER, "TargetGroupArn": GROUP}


def stack(name: str = STACK, status: str = "UPDATE_COMPLETE", **outputs: str) -> dict[str, Any]:
    return {
        "StackName": name,
        "StackStatus": status,
        "CreationTime": NOW,
        "Parameters": [{"ParameterKey": "ImageTag", "ParameterValue": TAG}],
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }


def deployment(id: str = "ecs-svc/7777777777777777777", **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "status": "PRIMARY",
        "taskDefinition": DEFINITION,
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "failedTasks": 0,
        "createdAt": NOW,
        "updatedAt": NOW,
        "rolloutState": "COMPLETED",
        "rolloutStateReason": f"ECS deployment {id} completed.",
        **changes,
    }


def service(**changes: Any) -> dict[str, Any]:
    return {
        "serviceName": SERVICE,
        "serviceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}/{SERVICE}",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "taskDefinition": DEFINITION,
        "healthCheckGracePeriodSeconds": 15,
        "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "service", "containerPort": 8000}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": SUBNETS, "assignPublicIp": "ENABLED"}},
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "alarms": {"alarmNames": ALARMS, "enable": True, "rollback": True},
        },
        "deployments": [deployment()],
        "events": [event(f"(service {SERVICE}) has reached a steady state.")],
        **changes,
    }


def event(message: str, seconds: float = 0) -> dict[str, Any]:
    return {"id": "e", "createdAt": NOW + dt.timedelta(seconds=seconds), "message": message}


def container(**changes: Any) -> dict[str, Any]:
    return {
        "name": "service",
        "image": IMAGE,
        "essential": True,
        "portMappings": [{"containerPort": 8000}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": LOG_GROUP, "awslogs-stream-prefix": "service", "awslogs-region": REGION},
        },
        **changes,
    }


def task_definition(**changes: Any) -> dict[str, Any]:
    return {
        "taskDefinitionArn": DEFINITION,
        "cpu": "256",
        "memory": "512",
        "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        "executionRoleArn": EXECUTION_ROLE,
        "taskRoleArn": TASK_ROLE,
        "containerDefinitions": [container()],
        **changes,
    }


def target_group(**changes: Any) -> dict[str, Any]:
    return {
        "TargetGroupArn": GROUP,
        "Port": 8000,
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/health/ready",
        "HealthCheckIntervalSeconds": 5,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
        **changes,
    }


def target(
    address: str = "10.10.0.7", state: str = "healthy", reason: str = "", description: str = ""
) -> dict[str, Any]:
    why = {"Reason": reason, "Description": description} if reason else {}
    return {"Target": {"Id": address, "Port": 8000}, "TargetHealth": {"State": state, **why}}


def alarm(name: str, state: str = "OK", reason: str = "") -> dict[str, Any]:
    return {"AlarmName": name, "StateValue": state, "StateReason": reason}


def record(aws: RecordedAws) -> None:
    """The stack, the service and what stands around it."""
    aws.records("GetCallerIdentity", {"Account": ACCOUNT})
    aws.records("DescribeStacks", {"Stacks": [stack(**OUTPUTS)]}, StackName=STACK)
    aws.records("DescribeServices", {"services": [service()]})
    aws.records("DescribeTaskDefinition", {"taskDefinition": task_definition()})
    aws.records("DescribeTargetGroups", {"TargetGroups": [target_group()]})
    aws.records("DescribeTargetHealth", {"TargetHealthDescriptions": [target(), target("10.10.0.8")]})
    aws.records("DescribeAlarms", {"MetricAlarms": [alarm(name) for name in ALARMS]})
