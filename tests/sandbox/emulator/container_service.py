"""A service whose tasks are containers: its image and its program are parameters of the stack."""

from typing import Any

SLEEP = (
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up', flush=True); signal.pause()"
)
CRASH = "import sys; print('cannot start', flush=True); sys.exit(3)"
PARAMETERS = {"Tag": {"Type": "String"}, "Program": {"Type": "String", "Default": SLEEP}}
BREAKER = {"Enable": True, "Rollback": True}


def container_service(
    repository: str, *, breaker: dict[str, Any] | None = None, tasks: int = 1, **container: Any
) -> dict[str, Any]:
    """Return a template's resources: the service `web` in the cluster `main`."""
    definition = {
        "Name": "web",
        "Image": {"Fn::Join": [":", [repository, {"Ref": "Tag"}]]},
        "EntryPoint": ["python", "-c"],
        "Command": [{"Ref": "Program"}],
        "StopTimeout": 2,  # a program that is stopped before it has its handler ignores SIGTERM
        **container,
    }
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "main"}},
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "web",
                "NetworkMode": "awsvpc",
                "RequiresCompatibilities": ["FARGATE"],
                "Cpu": "1024",
                "Memory": "512",
                "ContainerDefinitions": [definition],
                "Volumes": [{"Name": "scratch"}],
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "ServiceName": "web",
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": "Task"},
                "LaunchType": "FARGATE",
                "DesiredCount": tasks,
                "DeploymentConfiguration": {"DeploymentCircuitBreaker": breaker or BREAKER},
            },
        },
    }
