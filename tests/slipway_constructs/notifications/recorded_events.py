"""Events as AWS sends them, from its own documentation; the alarm's is one on metric math."""

from typing import Any

ECS: dict[str, Any] = {
    "version": "0",
    "id": "ddca6449-b258-46c0-8653-e0e3aEXAMPLE",
    "detail-type": "ECS Deployment State Change",
    "source": "aws.ecs",
    "account": "111122223333",
    "time": "2020-05-23T12:31:14Z",
    "region": "us-west-2",
    "resources": ["arn:aws:ecs:us-west-2:111122223333:service/default/servicetest"],
}
"""Of every deployment ("Amazon ECS service deployment state change events")."""


def deployment(event_name: str, reason: str) -> dict[str, Any]:
    """Of one that is in this state for this reason."""
    detail = {
        "eventType": "ERROR" if event_name.endswith("FAILED") else "INFO",
        "eventName": event_name,
        "deploymentId": "ecs-svc/123",
        "updatedAt": "2020-05-23T11:11:11Z",
        "reason": reason,
    }
    return {**ECS, "detail": detail}


BEGUN = deployment("SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment ecs-svc/123 in progress.")
ROLLING_BACK = deployment(
    "SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/122."
)
COMPLETED = deployment("SERVICE_DEPLOYMENT_COMPLETED", "ECS deployment ecs-svc/123 completed.")
FAILED = deployment("SERVICE_DEPLOYMENT_FAILED", "ECS deployment circuit breaker: task failed to start.")


def alarm(state: str, description: str) -> dict[str, Any]:
    """Of an alarm in this state ("Alarm events and EventBridge", CloudWatch user guide)."""
    return {
        "version": "0",
        "id": "2dde0eb1-528b-d2d5-9ca6-6d590caf2329",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2019-10-02T17:20:48Z",
        "region": "us-east-1",
        "resources": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:TotalNetworkTrafficTooHigh"],
        "detail": {
            "alarmName": "TotalNetworkTrafficTooHigh",
            "configuration": {
                "description": description,
                "metrics": [
                    {"expression": "SUM(METRICS())", "id": "e1", "label": "Total Network Traffic", "returnData": True},
                    {
                        "id": "m1",
                        "metricStat": {
                            "metric": {
                                "dimensions": {"InstanceId": "i-12345678901234567"},
                                "name": "NetworkIn",
                                "namespace": "AWS/EC2",
                            },
                            "period": 300,
                            "stat": "Maximum",
                        },
                        "returnData": False,
                    },
                ],
            },
            "previousState": {
                "reason": "Unchecked: Initial alarm creation",
                "timestamp": "2019-10-02T17:20:03.642+0000",
                "value": "INSUFFICIENT_DATA",
            },
            "state": {
                "reason": "Threshold Crossed: 1 out of the last 1 datapoints [45628.0 (02/10/19 17:10:00)] was "
                '"greater" than the threshold (10000.0) (minimum 1 datapoint for OK -> ALARM transition).',
                "reasonData": '{"version":"1.0","queryDate":"2019-10-02T17:20:48.551+0000"}',
                "timestamp": "2019-10-02T17:20:48.554+0000",
                "value": state,
            },
        },
    }
