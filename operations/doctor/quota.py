"""Whether Fargate lets as many tasks run at the same time as a rollout needs."""

from collections.abc import Iterable

from configuration import Environment
from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.gateways.service_quotas import ServiceQuotas

NAME = "quota"
SERVICE_CODE = "fargate"
ON_DEMAND, SPOT = "L-3032A538", "L-36FBB829"
"""Codes of the quotas on Fargate On-Demand and on Fargate Spot vCPUs ("AWS Fargate service quotas", AWS General
Reference)."""

DOUBLING = 2
"""A rollout starts every new task before it stops an old one: the service's maximumPercent is 200."""

UNITS_PER_VCPU = 1024
"""CPU units of a task ("Amazon ECS task definition parameters for Fargate")."""


def step(subject: Subject) -> Step:
    """Compare the account's quotas with what a rollout needs."""
    gateway = ServiceQuotas(subject.aws)

    def run() -> Iterable[Check]:
        if subject.aws.sandboxed:
            yield Check.warn(NAME, warnings.NOT_EMULATED.about(what="the emulated AWS has no quotas"))
            return
        lowest, highest = bounds(subject.environment)
        vcpus = (subject.task.cpu if subject.task else subject.environment.task.cpu) / UNITS_PER_VCPU
        spot = subject.environment.tasks.spot_percent / 100
        for code, share in ((ON_DEMAND, 1 - spot), (SPOT, spot)):
            if share:
                yield judge(
                    gateway.value(SERVICE_CODE, code),
                    code,
                    vcpus=vcpus * share,
                    desired=subject.service.desired if subject.service else lowest,
                    maximum=highest,
                    region=subject.environment.region,
                )

    return Step(NAME, run)


def bounds(environment: Environment) -> tuple[int, int]:
    """How many tasks there are at least and at most, whatever scales them."""
    tasks = environment.tasks
    if tasks.count is not None:
        return tasks.count, tasks.count
    return tasks.min, max([tasks.max, *(each.max for each in tasks.schedules)])


def judge(quota: float, code: str, *, vcpus: float, desired: int, maximum: int, region: str) -> Check:
    """Whether the quota suffices for a rollout of this service; what else runs in the account is not counted.

    Args:
        code: of the quota.
        vcpus: of one task, as far as this quota counts them.
        desired: tasks now.
        maximum: tasks at most.
    """
    maximum = max(maximum, desired)
    needed, at_most = desired * vcpus * DOUBLING, maximum * vcpus * DOUBLING
    values = {"quota": _number(quota), "code": code, "region": region}
    if needed > quota:
        advice = failures.QUOTA_TOO_SMALL.about(desired=desired, needed=_number(needed), **values)
        return Check.fail(NAME, advice)
    if at_most > quota:
        advice = warnings.QUOTA_NEAR.about(maximum=maximum, needed=_number(at_most), **values)
        return Check.warn(NAME, advice)
    kind = "Fargate Spot" if code == SPOT else "Fargate"
    return Check.ok(NAME, f"{_number(at_most)} of {_number(quota)} vCPUs of {kind} at most, by this service")


def _number(value: float) -> str:
    return f"{value:g}"
