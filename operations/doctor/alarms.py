"""Whether an alarm that should roll a bad release back is firing already."""

from collections.abc import Iterable, Sequence

from operations.doctor import warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.gateways.cloudwatch import Alarm, CloudWatch
from operations.gateways.ecs_tasks import ServiceSettings

NAME = "deployment alarms"


def step(subject: Subject, service: ServiceSettings) -> Step:
    """Look at the state of the service's deployment alarms."""
    gateway = CloudWatch(subject.aws)

    def run() -> Iterable[Check]:
        found = gateway.alarms(service.alarms)
        yield from judge(service.alarms, found, stack=subject.stack_name, deploy=subject.deploy())

    return Step(NAME, run)


def judge(names: Sequence[str], alarms: Sequence[Alarm], *, stack: str, deploy: str) -> list[Check]:
    """What is wrong with these alarms; a single OK if nothing is.

    Args:
        names: as the service names them.
        alarms: those that exist.
        stack: of the service.
        deploy: what to type to deploy it.
    """
    checks = [
        Check.warn(NAME, warnings.ALARM_FIRING.about(alarm=each.name, reason=each.reason or "CloudWatch does not say."))
        for each in alarms
        if each.state == "ALARM"
    ]
    missing = [name for name in names if name not in {each.name for each in alarms}]
    checks += [
        Check.warn(NAME, warnings.ALARM_MISSING.about(alarm=name, stack=stack, deploy=deploy)) for name in missing
    ]
    return checks or [Check.ok(NAME, f"{len(names)} of them, none is firing" if names else "the service has none")]
