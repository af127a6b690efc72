"""CPUUtilization and MemoryUtilization of AWS/ECS, from what the engine tells of the containers.

Once a minute of the alarms' clock, for each service: what its tasks used of the CPU and of the memory that their task
definitions give them, as CloudWatch's average. The engine's answer takes about 20 ms for a container.

Not modelled: utilization of a cluster, and Container Insights.
"""

import time
from typing import Any

from sandbox.emulator import background
from sandbox.emulator.clock import scaled
from sandbox.emulator.ecs.services import ECS, Service, Task, active_services, cluster_of, definition_of, runs, tasks_of
from sandbox.emulator.ecs.tasks.containers import cpu_of, memory_of
from sandbox.emulator.internals import internal
from sandbox.emulator.monitoring.measurements import measured, metric
from sandbox.emulator.scope import scope_of

_INTERVAL = 60.0
_SHORTEST_INTERVAL = 5.0
_NANOSECONDS = 10**9

_used: dict[str, tuple[float, float]] = {}
"""When each container had used how many seconds of CPU, by its id."""


def publish_utilization() -> None:
    """Publish the utilization of every service from now on."""
    background.repeat(max(_SHORTEST_INTERVAL, scaled(_INTERVAL)), _look)


def _look() -> None:
    engine = internal(ECS, "_get_docker")()
    if engine is None:
        return
    seen: set[str] = set()
    for service in active_services():
        with scope_of(service["serviceArn"]):
            tasks = [each for each in tasks_of(service) if runs(each)]
            definitions = {each["taskArn"]: definition_of(each) for each in tasks}
        for task in tasks:
            seen.update(task.get("_docker_ids") or [])
            _publish(engine, service, task, definitions[task["taskArn"]])
    for identifier in _used.keys() - seen:
        del _used[identifier]


def _publish(engine: Any, service: Service, task: Task, definition: dict[str, Any]) -> None:
    told = [_told(engine, each) for each in task.get("_docker_ids") or []]
    cpu, memory = cpu_of(definition), memory_of(definition)
    dimensions = {"ClusterName": cluster_of(service), "ServiceName": service["serviceName"]}
    shares = [each[0] for each in told if each and each[0] is not None]
    if cpu and shares:
        of = metric(service["serviceArn"], "AWS/ECS", "CPUUtilization", "Percent", **dimensions)
        measured(of, round(100 * sum(shares) / cpu, 2))
    if memory and told and all(told):
        of = metric(service["serviceArn"], "AWS/ECS", "MemoryUtilization", "Percent", **dimensions)
        measured(of, round(100 * sum(each[1] for each in told if each) / memory, 2))


def _told(engine: Any, identifier: str) -> tuple[float | None, float] | None:
    """The CPUs that a container has used on average since it was asked before, and its bytes; None if it is gone."""
    from docker.errors import DockerException  # noqa: PLC0415  # there is none of docker-py where there is no engine
    from requests.exceptions import RequestException  # noqa: PLC0415  # likewise

    try:
        stats = engine.api.stats(identifier, stream=False, one_shot=True)
        used, memory = stats["cpu_stats"]["cpu_usage"]["total_usage"] / _NANOSECONDS, stats["memory_stats"]["usage"]
    except (DockerException, RequestException, KeyError):
        return None
    now = time.monotonic()
    before = _used.get(identifier)
    _used[identifier] = now, used
    return ((used - before[1]) / (now - before[0]) if before else None), float(memory)
