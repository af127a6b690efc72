"""Whether tasks find a way to what they need before they start: image, secrets and logs."""

from collections.abc import Iterable, Sequence

from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.secrets import references
from operations.doctor.subject import Step, Subject
from operations.gateways.ec2 import Ec2, Endpoint, Subnet
from operations.gateways.ecs_tasks import ServiceSettings

NAME = "way out"
EVERYWHERE = "0.0.0.0/0"
S3 = "s3"
"""Where ECR keeps the layers of images: the one service that a gateway endpoint leads to."""


def step(subject: Subject, service: ServiceSettings) -> Step:
    """Look at the routes of the subnets that the tasks run in."""
    gateway = Ec2(subject.aws)

    def run() -> Iterable[Check]:
        if subject.aws.sandboxed:
            what = "its tasks are containers on this machine's network, whatever the routes say"
            yield Check.warn(NAME, warnings.NOT_EMULATED.about(what=what))
            return
        subnets = gateway.subnets(service.subnets)
        endpoints = {vpc: gateway.endpoints(vpc) for vpc in sorted({each.vpc for each in subnets})}
        needed = services(subject)
        for subnet in subnets:
            yield judge(subnet, endpoints[subnet.vpc], needed, public=service.public_addresses)

    return Step(NAME, run)


def services(subject: Subject) -> list[str]:
    """What tasks ask before they start, as VPC endpoints call it.

    Those of another region have a name of another region too, so that no endpoint leads there.
    """
    region, registry = subject.environment.region, subject.installation.registry.region
    if subject.environment.image == "asset":
        registry = region
    names = [f"com.amazonaws.{registry}.{each}" for each in ("ecr.api", "ecr.dkr", S3)]
    names.append(f"com.amazonaws.{region}.logs")
    wanted = references(subject)
    if any(each.in_secrets_manager for each in wanted):
        names.append(f"com.amazonaws.{region}.secretsmanager")
    if any(not each.in_secrets_manager for each in wanted):
        names.append(f"com.amazonaws.{region}.ssm")
    return names


def judge(subnet: Subnet, endpoints: Sequence[Endpoint], needed: Sequence[str], *, public: bool) -> Check:
    """Whether tasks in that subnet reach these services.

    Args:
        public: whether the tasks get public addresses, without which an internet gateway is no use to them.
    """
    where = f"{subnet.id} ({subnet.zone})" if subnet.zone else subnet.id
    default = next((each for each in subnet.routes if each.destination == EVERYWHERE), None)
    if default and default.usable and _leads_out(default.target, public=public):
        return Check.ok(NAME, f"{where}: by way of {default.target}")
    left = [each for each in needed if not _has_endpoint(each, subnet, endpoints)]
    if not left:
        return Check.ok(NAME, f"{where}: by way of VPC endpoints")
    names = ", ".join(each.removeprefix("com.amazonaws.") for each in left)
    route = "none"
    if default:
        route = default.target if default.usable else f"{default.target}, which is gone"
    if default and default.usable and not default.target.startswith("igw-"):
        return Check.warn(NAME, warnings.WAY_OUT_UNKNOWN.about(subnet=where, route=route, services=names))
    if default and default.usable:
        route += ", which needs tasks with public addresses"
    return Check.fail(NAME, failures.NO_WAY_OUT.about(subnet=where, services=names, route=route))


def _leads_out(target: str, *, public: bool) -> bool:
    return target.startswith("nat-") or (public and target.startswith("igw-"))


def _has_endpoint(service: str, subnet: Subnet, endpoints: Sequence[Endpoint]) -> bool:
    return any(
        each.service == service and (each.private_dns if each.interface else subnet.route_table in each.route_tables)
        for each in endpoints
    )
