"""Tasks on Fargate, with their public addresses."""

from collections.abc import Iterator
from decimal import Decimal

from operations.cost.profile import HOURS, Profile
from operations.cost.resources import Resource, Resources
from operations.cost.tasks import SCALABLE_TARGET, SERVICE, TASK_DEFINITION, RunningTasks, on_fargate, running_tasks
from operations.cost.usage import NotPriced, Pricer, Usage

CPU_UNITS = 1024
"""Of one vCPU."""

MEBIBYTES = 1024
"""Of one GB, as Fargate counts."""

STORAGE_INCLUDED = 20
"""GB of ephemeral storage that each task has without charge ("AWS Fargate Pricing")."""


def _usages(resources: Resources, _: Profile) -> Iterator[Usage | NotPriced]:
    for service in resources.of(SERVICE):
        if not on_fargate(service):
            yield NotPriced(f"{SERVICE} {service.id}", "its tasks do not run on Fargate")
    for target in resources.of(SCALABLE_TARGET):
        if not resources.referred(target, target.properties.get("ResourceId"), SERVICE):
            yield NotPriced(f"{SCALABLE_TARGET} {target.id}", "it scales no service of these templates")
    for tasks in running_tasks(resources):
        if tasks.definition is None:
            yield NotPriced(f"{SERVICE} {tasks.service.id}", "its task definition is not in these templates")
        elif _is_windows(tasks.definition):
            yield NotPriced(f"{SERVICE} {tasks.service.id}", "the price table has no tasks with Windows")
        else:
            yield from _of(tasks, tasks.definition)


def _is_windows(definition: Resource) -> bool:
    family = definition.properties.get("RuntimePlatform", {}).get("OperatingSystemFamily", "LINUX")
    return str(family).startswith("WINDOWS")


def _of(tasks: RunningTasks, definition: Resource) -> Iterator[Usage]:
    properties = definition.properties
    architecture = properties.get("RuntimePlatform", {}).get("CpuArchitecture", "X86_64").lower()
    vcpus = Decimal(properties["Cpu"]) / CPU_UNITS
    gigabytes = Decimal(properties["Memory"]) / MEBIBYTES
    for on_spot, share in ((False, 1 - tasks.spot), (True, tasks.spot)):
        hours = tasks.count * share * HOURS
        kind = f"{architecture}, Spot" if on_spot else architecture
        if share:
            yield Usage(f"Fargate vCPU, {kind}", f"fargate_vcpu_{architecture}", vcpus * hours, on_spot)
            yield Usage(f"Fargate memory, {kind}", f"fargate_memory_{architecture}", gigabytes * hours, on_spot)
    hours = tasks.count * HOURS
    storage = properties.get("EphemeralStorage", {}).get("SizeInGiB", STORAGE_INCLUDED) - STORAGE_INCLUDED
    if storage > 0:
        yield Usage("Fargate storage above 20 GB", "fargate_ephemeral_storage", storage * hours)
    network = tasks.service.properties.get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {})
    if network.get("AssignPublicIp") == "ENABLED":
        yield Usage("Public addresses of tasks", "public_ipv4", hours)


PRICER = Pricer(frozenset({SERVICE, TASK_DEFINITION, SCALABLE_TARGET}), _usages)
