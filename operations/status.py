"""What runs in an environment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime

from configuration import Configuration, Environment, stack_names
from configuration.registry import Registry
from operations.aws import DENIED, Aws, explained
from operations.deployment.record import Rollout
from operations.deployment.sources import tag_of
from operations.gateways.cloudformation import Stack
from operations.gateways.ecr import Ecr, RepositoryMissingError
from operations.gateways.ecs import Deployment, Ecs
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing
from operations.gateways.ssm import ParameterVersion, Ssm
from operations.rollout.deployed import Deployed, gone, locate
from operations.rollout.history import Result, releases
from operations.rollout.look import Look, SeenTask, Watcher


@dataclass(frozen=True)
class DeploymentStatus:
    """The newest rollout, in ECS's words."""

    id: str
    status: str
    reason: str


@dataclass(frozen=True)
class AlarmStatus:
    """An alarm that rolls a rollout back, and its state in CloudWatch's words."""

    name: str
    state: str


@dataclass(frozen=True)
class RolloutStatus:
    """One of the last rollouts."""

    tag: str
    state: str
    begun: datetime


@dataclass(frozen=True)
class Status:
    """What runs in an environment.

    Attributes:
        stack: the state of the stack that has the service.
        image_tag: of the running task definition, which after a rollback is not the stack's parameter.
        image_digest: of the running tasks; empty if they have several, or do not say.
        since: when that release began; None if the history no longer has it.
        by: who released it; empty likewise.
        tasks: that are to run, each with the health of its target.
        rollouts: the last ones, the newest first.
        url: where clients find the service.
    """

    environment: str
    stack: str
    cluster: str
    service: str
    image_tag: str
    image_digest: str
    since: datetime | None
    by: str
    desired: int
    running: int
    tasks: tuple[SeenTask, ...]
    deployment: DeploymentStatus
    alarms: tuple[AlarmStatus, ...]
    rollouts: tuple[RolloutStatus, ...]
    url: str

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self) | {
            "since": self.since.isoformat() if self.since else None,
            "rollouts": [asdict(each) | {"begun": each.begun.isoformat()} for each in self.rollouts],
        }


def read(configuration: Configuration, environment: Environment) -> Status:
    """Ask AWS what runs in that environment.

    Raises:
        OperationError: nothing is deployed there, or AWS cannot be asked.
    """
    deployed = locate(configuration, environment)
    aws = deployed.aws
    watcher, ssm, balancing = Watcher(deployed), Ssm(aws), ElasticLoadBalancing(aws)
    with explained(aws), ThreadPoolExecutor() as pool:
        look = pool.submit(watcher.look)
        history = pool.submit(_history, ssm, stack_names.release_parameter(environment.name))
        where = pool.submit(_url, aws, balancing, deployed.stack)
        return _status(configuration, deployed, look.result(), history.result(), where.result())


def _history(ssm: Ssm, name: str) -> list[ParameterVersion]:
    """The record of releases; none if it may not be read: what runs can be told all the same."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - takes longer than `slipway --help` may run

    try:
        return ssm.history(name)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in DENIED:
            return []
        raise


def _status(
    configuration: Configuration, deployed: Deployed, look: Look, history: list[ParameterVersion], where: str
) -> Status:
    primary = look.service.primary
    if primary is None:
        raise gone(deployed)
    tag = _tag(deployed, look, primary)
    release = next(
        (
            each
            for each in releases(history, look.rollouts, updating_since=None)
            if each.tag == tag and each.result is Result.SUCCEEDED
        ),
        None,
    )
    return Status(
        environment=deployed.environment.name,
        stack=look.stack,
        cluster=deployed.cluster,
        service=look.service.name,
        image_tag=tag,
        image_digest=_digest(look, primary) or _emulated_digest(configuration.registry, deployed, tag),
        since=release.at if release else None,
        by=release.by.name if release else "",
        desired=look.service.desired,
        running=look.service.running,
        tasks=look.tasks,
        deployment=DeploymentStatus(id=primary.id, status=primary.rollout_state, reason=primary.reason),
        alarms=tuple(AlarmStatus(alarm.name, alarm.state) for alarm in look.alarms),
        rollouts=tuple(_rollout(each) for each in look.rollouts),
        url=where,
    )


def _tag(deployed: Deployed, look: Look, primary: Deployment) -> str:
    revisions = [revision for each in look.rollouts for revision in (each.target, *each.sources)]
    known = next((each.tag for each in revisions if each.task_definition == primary.task_definition), None)
    return known if known is not None else tag_of(Ecs(deployed.aws).image(primary.task_definition))


def _digest(look: Look, primary: Deployment) -> str:
    digests = {task.digest for task in look.tasks if task.task_definition == primary.task_definition and task.digest}
    return digests.pop() if len(digests) == 1 else ""


def _emulated_digest(registry: Registry, deployed: Deployed, tag: str) -> str:
    """The digest by the registry, because the emulated ECS does not tell that of its tasks."""
    if not (deployed.aws.sandboxed and tag):
        return ""
    try:
        return Ecr(deployed.aws).digest(registry.account, registry.repository, tag) or ""
    except RepositoryMissingError:
        return ""


def _rollout(rollout: Rollout) -> RolloutStatus:
    return RolloutStatus(rollout.target.tag, rollout.state.value, rollout.created_at)


def url_of(deployed: Deployed) -> str:
    """Where clients find the service.

    Raises:
        OperationError: AWS cannot be asked.
    """
    with explained(deployed.aws):
        return _url(deployed.aws, ElasticLoadBalancing(deployed.aws), deployed.stack)


def _url(aws: Aws, balancing: ElasticLoadBalancing, service_stack: Stack) -> str:
    """Where clients find the service; in the sandbox, a path of the emulator's endpoint is the load balancer."""
    if aws.endpoint is None:
        return service_stack.outputs["Url"]
    return f"{aws.endpoint}/_alb/{balancing.name_of(service_stack.outputs['LoadBalancerArn'])}"
