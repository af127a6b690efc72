"""The availability zones of a service's tasks: those of its subnets, in turn.

MiniStack 1.5.33 says of every task that it is in the zone `a` of its region, and in the first of the subnets. ECS
spreads the tasks of a service over the zones of its subnets ("Amazon ECS task placement strategies", Fargate). All
containers run on this one machine all the same.

Not modelled: that tasks are moved when zones have become unequal ("Balancing an Amazon ECS service across Availability
Zones").
"""

import json
from collections import Counter
from typing import Any

from sandbox.emulator.ecs.services import ECS, is_active
from sandbox.emulator.internals import internal, replace

_Task = dict[str, Any]


def spread_tasks_over_zones() -> None:
    """Let each task that starts be in the zone, of those of its subnets, that has the fewest of its group."""
    replace(ECS, "_run_task", _spread)


def _spread(original: Any) -> Any:
    def run_task(data: dict[str, Any]) -> Any:
        answer = original(data)
        subnets = ((data.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}).get("subnets") or []
        zones = {str(subnet): zone for subnet in subnets if (zone := _zone_of(subnet))}
        for started in _started(answer) if zones else []:
            task = internal(ECS, "_tasks").get(started["taskArn"])
            if task:
                _place(task, zones)
        return answer

    return run_task


def _place(task: _Task, zones: dict[str, str]) -> None:
    """Before its container comes up, which is when MiniStack reads the subnet."""
    others = Counter(
        each.get("availabilityZone")
        for each in internal(ECS, "_tasks").values()
        if each is not task
        and (each.get("group"), each.get("_deployment_id")) == (task.get("group"), task.get("_deployment_id"))
        and is_active(each)
    )
    subnet = min(zones, key=lambda name: others[zones[name]])
    task.update(_subnet=subnet, availabilityZone=zones[subnet])


def _zone_of(subnet: str) -> str:
    return str((internal("services.ec2", "_subnets").get(subnet) or {}).get("AvailabilityZone", ""))


def _started(answer: Any) -> list[_Task]:
    body = answer[2] if isinstance(answer, tuple) else b"{}"
    started: list[_Task] = json.loads(body or b"{}").get("tasks") or []
    return started
