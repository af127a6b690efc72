"""Whether Fargate lets as many tasks run at the same time as a rollout needs."""

from collections.abc import Iterable

from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.gateways.service_quotas import ServiceQuotas

NAME = "quota"
SERVICE_CODE = "fargate"
QUOTA_CODE = "L-3032A538"
"""Fargate On-Demand vCPU resource count ("AWS Fargate service quotas" in the Amazon ECS developer guide)."""

DOUBLING = 2
"""A rolling rollout starts every new task before it stops an old one: maximumPercent is 200."""

UNITS_PER_VCPU = 1024


def step(subject: Subject) -> Step:
    """Compare the account's quota with what a rollout needs."""
    gateway = ServiceQuotas(subject.aws)

    def run() -> Iterable[Check]:
        if subject.aws.sandboxed:
            yield Check.warn(NAME, warnings.NOT_EMULATED.about(what="the emulated AWS has no quotas"))
            return
        tasks = subject.environment.tasks
        cpu = subject.task.cpu if subject.task else subject.environment.task.cpu
        yield judge(
            gateway.value(SERVICE_CODE, QUOTA_CODE),
            vcpus=cpu / UNITS_PER_VCPU,
            desired=subject.service.desired if subject.service else tasks.min,
            maximum=tasks.max,
            region=subject.environment.region,
        )

    return Step(NAME, run)


def judge(quota: float, *, vcpus: float, desired: int, maximum: int, region: str) -> Check:
    """Whether the quota suffices for a rollout of this service; what else runs in the account is not counted.

    Args:
        vcpus: of one task.
        desired: tasks now.
        maximum: tasks at most.
    """
    needed, at_most = desired * vcpus * DOUBLING, max(maximum, desired) * vcpus * DOUBLING
    values = {"quota": _number(quota), "code": QUOTA_CODE, "region": region}
    if needed > quota:
        advice = failures.QUOTA_TOO_SMALL.about(desired=desired, needed=_number(needed), **values)
        return Check.fail(NAME, advice)
    if at_most > quota:
        advice = warnings.QUOTA_NEAR.about(maximum=max(maximum, desired), needed=_number(at_most), **values)
        return Check.warn(NAME, advice)
    return Check.ok(NAME, f"{_number(at_most)} of {_number(quota)} vCPUs at most, whatever else runs in the account")


def _number(value: float) -> str:
    return f"{value:g}"
