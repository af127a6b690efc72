"""Asking AWS for what a diagnosis is concluded from."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from configuration import Environment, stack_names
from operations.aws import Aws, explained
from operations.deployment.record import Rollout
from operations.deployment.sources import source_of
from operations.diagnosis.evidence import Evidence, has_failed
from operations.errors import OperationError
from operations.gateways.cloudwatch import CloudWatch
from operations.gateways.ecs_tasks import EcsTasks, ServiceSettings, StoppedTask, TaskSettings
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing, Target
from operations.gateways.logs import LogLine, Logs

Answer = TypeVar("Answer")

REMEMBERED = 20
"""Rollouts among which one is looked for by its id."""

WITH_LOGS = 3
"""Failed tasks, the newest, whose last lines are read."""

LINES = 20
"""Of a container's output that are kept."""

LAST_WORDS = timedelta(minutes=10)
"""Before the end of a task, from when on its output is read: one that ran for days has written too much."""


@dataclass
class Questions:
    """Asks, at the same time; what may not be asked is noted instead.

    Attributes:
        unseen: what could not be asked, and why.
    """

    aws: Aws
    pool: ThreadPoolExecutor
    unseen: list[str] = field(default_factory=list)

    def ask(self, question: Callable[[], Answer]) -> "Future[Answer | None]":
        """The answer to come; None if there will be none."""

        def answer() -> Answer | None:
            try:
                with explained(self.aws):
                    return question()
            except OperationError as error:
                self.unseen.append(error.what)
                return None

        return self.pool.submit(answer)


def gather(aws: Aws, environment: Environment, outputs: Mapping[str, str], deployment_id: str | None) -> Evidence:
    """What AWS tells of the service and of that rollout, or else of the newest.

    Args:
        outputs: of the service's stack.

    Raises:
        OperationError: there is no such service or rollout, or AWS does not let the service be described.
    """
    cluster, name = outputs["ClusterName"], outputs["ServiceName"]
    ecs, source = EcsTasks(aws), source_of(aws, cluster, name)
    balancing, cloudwatch, logs = ElasticLoadBalancing(aws), CloudWatch(aws), Logs(aws)
    with ThreadPoolExecutor() as pool, explained(aws):
        questions = Questions(aws, pool)
        rollouts = questions.ask(lambda: source.rollouts(REMEMBERED if deployment_id else 2))
        everything_stopped = questions.ask(lambda: ecs.stopped(cluster, name))
        service = _present(ecs.service(cluster, name), environment, cluster, name)
        groups = [arn for each in service.bindings for arn in each.target_groups]
        targets = questions.ask(lambda: _targets(balancing, groups))
        target_groups = questions.ask(lambda: balancing.target_groups(groups))
        alarms = questions.ask(lambda: cloudwatch.alarms(service.alarms))
        rollout = chosen(rollouts.result() or (), deployment_id)
        stopped = of_rollout(everything_stopped.result() or (), rollout)
        definition = rollout.target.task_definition if rollout else service.task_definition
        task = questions.ask(lambda: ecs.task_definition(definition)).result()
        lines = questions.ask(lambda: _last_lines(logs, task, stopped))
        return Evidence(
            environment=environment.name,
            stack=stack_names.service(environment.name),
            service=service,
            rollout=rollout,
            task=task,
            stopped=tuple(stopped),
            logs=lines.result() or {},
            targets=tuple(targets.result() or ()),
            target_groups=tuple(target_groups.result() or ()),
            alarms=tuple(alarms.result() or ()),
            unseen=tuple(sorted(questions.unseen)),
        )


def chosen(rollouts: Sequence[Rollout], deployment_id: str | None) -> Rollout | None:
    """The rollout of that id, or else the newest; None if there is none.

    When a release has failed CloudFormation deploys what ran before: of that and the failed one, it is the failed one.

    Args:
        rollouts: the newest first.
        deployment_id: the ARN or its last part.

    Raises:
        OperationError: none has that id.
    """
    if deployment_id is None:
        newest = next(iter(rollouts), None)
        if newest and len(rollouts) > 1 and rollouts[1].state.failing and newest.restores(rollouts[1]):
            return rollouts[1]
        return newest
    for each in rollouts:
        if deployment_id in {each.id, each.id.rpartition("/")[2]}:
            return each
    known = ", ".join(each.id.rpartition("/")[2] for each in rollouts)
    raise OperationError(
        f"there is no deployment {deployment_id} among the last {len(rollouts)}",
        fix=f"Name one of {known}." if known else "Leave --deployment out.",
    )


def of_rollout(stopped: Sequence[StoppedTask], rollout: Rollout | None) -> list[StoppedTask]:
    """Those of the stopped tasks that the rollout began; all of them if there is none to tell them by."""
    return [
        each
        for each in stopped
        if rollout is None
        or (each.task_definition == rollout.target.task_definition and each.created_at >= rollout.created_at)
    ]


def _present(service: ServiceSettings | None, environment: Environment, cluster: str, name: str) -> ServiceSettings:
    if service is None:
        raise OperationError(
            f"the service {name} is not in the cluster {cluster}",
            fix=f"Run npx cdk drift {stack_names.service(environment.name)} to see what was removed by hand.",
        )
    return service


def _targets(balancing: ElasticLoadBalancing, groups: Sequence[str]) -> list[Target]:
    return [target for group in groups for target in balancing.targets(group)]


def _last_lines(
    logs: Logs, task: TaskSettings | None, stopped: Sequence[StoppedTask]
) -> dict[str, tuple[LogLine, ...]]:
    """Of the newest failed tasks that have run, what the container wrote at last."""
    if task is None or not task.main.log_group:
        return {}
    ran = [each for each in stopped if has_failed(each) and each.started_at][:WITH_LOGS]
    return {
        each.id: tuple(
            logs.last(
                task.main.log_group,
                task.main.log_stream(each.id),
                LINES,
                since=each.stopped_at - LAST_WORDS if each.stopped_at else None,
            )
        )
        for each in ran
    }
