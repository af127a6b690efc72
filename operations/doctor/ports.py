"""Whether the load balancer and the container mean the same port."""

from collections.abc import Iterable, Sequence

from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.gateways.ecs_tasks import Binding, ServiceSettings, TaskSettings
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing, TargetGroup

NAME = "ports"
ANY = "traffic-port"
"""What a target group calls the port at which each target is registered."""


def step(subject: Subject, service: ServiceSettings, task: TaskSettings) -> Step:
    """Compare the service's target groups with its containers."""
    gateway = ElasticLoadBalancing(subject.aws)

    def run() -> Iterable[Check]:
        groups = gateway.target_groups([arn for each in service.bindings for arn in each.target_groups])
        yield from judge(service.bindings, groups, task, stack=subject.stack_name, deploy=subject.deploy())

    return Step(NAME, run)


def judge(
    bindings: Sequence[Binding], groups: Sequence[TargetGroup], task: TaskSettings, *, stack: str, deploy: str
) -> list[Check]:
    """What does not fit together; a single OK if all does.

    Args:
        stack: of the service.
        deploy: what to type to deploy it.
    """
    values = {"stack": stack, "deploy": deploy}
    exposed = {container.name: container.ports for container in task.containers}
    checks: list[Check] = []
    for binding in bindings:
        if binding.port not in exposed.get(binding.container, ()):
            advice = failures.PORT_NOT_EXPOSED.about(port=binding.port, container=binding.container, **values)
            checks.append(Check.fail(NAME, advice))
        for group in (each for each in groups if each.arn in binding.target_groups):
            if group.health_port not in {ANY, str(binding.port)}:
                advice = failures.HEALTH_CHECK_PORT.about(health_port=group.health_port, port=binding.port, **values)
                checks.append(Check.fail(NAME, advice))
            if group.port != binding.port:
                advice = warnings.TARGET_GROUP_PORT.about(group_port=group.port, port=binding.port, **values)
                checks.append(Check.warn(NAME, advice))
    ports = " and ".join(sorted({str(each.port) for each in bindings}))
    return checks or [Check.ok(NAME, f"load balancer and container agree on {ports}" if ports else "none is needed")]
