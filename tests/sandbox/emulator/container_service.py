"""A service whose tasks are containers: its image and its program are parameters of the stack."""

from typing import Any

SLEEP = "trap 'exit 0' TERM; echo up; sleep infinity & wait"
CRASH = "echo cannot start; exit 3"
PARAMETERS = {"Tag": {"Type": "String"}, "Program": {"Type": "String", "Default": SLEEP}}
BREAKER = {"Enable": True, "Rollback": True}

SHELL, PYTHON = ["sh", "-c"], ["python", "-c"]
"""What runs a program. Python's image has no byte code: a start takes 20 ms of CPU, and every module more."""

_BEFORE = """
import os, signal, socket, sys, threading, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
"""
_AFTER = """
def respond(connection):
    with connection, connection.makefile("rb") as request:
        words = request.readline().split()
        while request.readline().strip():
            pass
        if words:
            code, body = answer(words[1].decode())
            connection.sendall(f"HTTP/1.0 {code} -\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
with socket.create_server(("", port)) as server:
    while True:
        threading.Thread(target=respond, args=server.accept()[:1], daemon=True).start()
"""


def http_server(answer: str) -> str:
    """Return a program that serves HTTP until SIGTERM, of a fourth of the CPU that the import of `http.server` takes.

    Args:
        answer: Statements that set `port` and define `answer`, which gets a path and returns a status and a body.
    """
    return _BEFORE + answer + _AFTER


def container_service(
    repository: str, *, breaker: dict[str, Any] | None = None, tasks: int = 1, **container: Any
) -> dict[str, Any]:
    """Return a template's resources: the service `web` in the cluster `main`."""
    definition = {
        "Name": "web",
        "Image": {"Fn::Join": [":", [repository, {"Ref": "Tag"}]]},
        "EntryPoint": SHELL,
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
