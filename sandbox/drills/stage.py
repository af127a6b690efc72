"""What a drill works with: a sandbox that serves, the command, variants of the image, the load, and its notes."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from operations.aws import Aws, connect
from operations.errors import OperationError
from operations.status import Status, read
from sandbox.drills.command import Ended, Slipway
from sandbox.drills.interference import EngineForwarder
from sandbox.drills.load import Load
from sandbox.drills.result import Check, Step
from sandbox.drills.traffic import BAD, GOOD, LOST, Traffic, counted
from sandbox.engine import Engine
from sandbox.processes import eventually
from sandbox.progress import Progress
from sandbox.variants import Layer, Variants
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from docker.models.containers import Container

Entered = TypeVar("Entered")

BEFORE, AFTER = 1.0, 1.0
"""Seconds of load before anything is broken, and after everything has been checked."""

MINUTE = 60.0

MINUTES = 3.0
"""After which a release counts as one without a verdict: several times what any of them takes here."""

TASK_ARN = "com.amazonaws.ecs.task-arn"
"""The label by which a container names its task."""

LEAVING = 45.0
"""Seconds in which the tasks of a rollout that is over have to be gone: the drain and the stop timeout, and more."""


class Stage:
    """The stage of one drill.

    Attributes:
        good: the tag that serves when the drill begins, and again when it has ended.
        minutes: after which a release counts as one without a verdict.
        forwarder: by which the emulator reaches the engine; None if it reaches it directly.
        roles: what the versions are called in the accounts of the traffic, by tag.
        checks: noted so far.
        steps: likewise.
        traffic: the accounts of the load, as soon as it has ended.
    """

    def __init__(
        self,
        workspace: Workspace,
        engine: Engine,
        good: str,
        progress: Progress,
        forwarder: EngineForwarder | None = None,
    ) -> None:
        self.workspace, self.engine, self.good, self.progress = workspace, engine, good, progress
        self.forwarder, self.minutes = forwarder, MINUTES
        self.slipway = Slipway(workspace.configuration_path)
        self.variants = Variants(workspace, engine, base=good)
        self.roles = {good: GOOD, LOST: LOST}
        self.checks: list[Check] = []
        self.steps: list[Step] = []
        self._cleaning = ExitStack()
        self._lost: set[str] = set()
        self._load: Load | None = None
        self.traffic: Traffic | None = None

    @cached_property
    def aws(self) -> Aws:
        """The emulated AWS."""
        return connect(self.workspace.configuration, self.workspace.environment)

    def client(self, service: str) -> Any:
        """The boto3 client of that service of the emulated AWS."""
        return self.aws.client(service)

    @property
    def status(self) -> Status:
        """What runs."""
        return read(self.workspace.configuration, self.workspace.environment)

    @property
    def url(self) -> str:
        """Where clients find the service."""
        return self.status.url

    def check(self, says: str, holds: object, seen: object = "") -> bool:
        """Note that this has to hold, whether it does, and what was seen."""
        self.checks.append(Check(says, bool(holds), str(seen)))
        return bool(holds)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note how long this takes."""
        begun = time.monotonic()
        self.progress.say(f"    {name}")
        try:
            yield
        finally:
            self.steps.append(Step(name, time.monotonic() - begun))

    def enter(self, context: AbstractContextManager[Entered]) -> Entered:
        """Enter something that is left when the drill has ended, however it ends."""
        return self._cleaning.enter_context(context)

    def cleaning(self, work: Callable[[], object]) -> None:
        """Do this when the drill has ended, however it ends, before the good version is put back."""
        self._cleaning.callback(work)

    def image(self, layer: Layer, role: str = BAD) -> str:
        """Build a variant and push it; the tag."""
        with self.step(f"build the {role} image"):
            tag = self.variants.push(layer)
        self.roles[tag] = role
        return tag

    def run(self, step: str, *words: str) -> Ended:
        """Run a `slipway` command as a step; the phases that it reports are the parts of it."""
        begun = time.monotonic()
        self.progress.say(f"    {step}: slipway {' '.join(words)}")
        ended = self.slipway(*words)
        self.note(step, ended, time.monotonic() - begun)
        return ended

    def note(self, step: str, ended: Ended, seconds: float) -> None:
        """Note how long a command took that a drill has run by itself."""
        phases = (ended.told.get("timeline") or {}).get("phases") or []
        parts = tuple((str(phase["name"]), float(phase["seconds"])) for phase in phases)
        self.steps.append(Step(step, seconds, parts))

    def release(self, tag: str, *options: str, step: str = "release it, until the verdict") -> Ended:
        """Release a tag with `slipway release`, without its look before, and wait for the verdict."""
        words = ("release", self.environment, "--tag", tag, "--skip-preflight", "--json")
        return self.run(step, *words, "--timeout", f"{self.minutes:g}", *options)

    @property
    def environment(self) -> str:
        """The name of the environment."""
        return self.workspace.environment.name

    def containers(self) -> "list[Container]":
        """The containers of the tasks, running or not."""
        return self.engine.containers(self.workspace.port)

    def remove_orphans(self) -> None:
        """Remove containers of tasks that ECS does not run."""
        status = self.status
        tasks = self.client("ecs").list_tasks(cluster=status.cluster, serviceName=status.service)["taskArns"]
        for container in self.containers():
            if container.labels.get(TASK_ARN) not in tasks:
                removed(container)

    def begin_load(self) -> None:
        """Begin to send requests, and go on until `end_load`."""
        self._load = self.enter(Load(f"{self.url}/", environment=self.environment))
        time.sleep(BEFORE)

    def end_load(self) -> Traffic:
        """Send no more, and count."""
        assert self._load is not None  # noqa: S101 - begun before
        time.sleep(AFTER)
        self._load.stop()
        self.traffic = self.traffic_so_far()
        return self.traffic

    def traffic_so_far(self) -> Traffic:
        """The accounts so far; what a target that cannot be reached is to blame for has a version, too."""
        answers = self._load.answers if self._load else []
        begun_at = self._load.begun_at if self._load else None
        if begun_at is None or not any(answer.target for answer in answers):
            return counted(answers, self.roles.get)
        tasks = self._tasks_ever()

        def version_at(address: str, seconds: float) -> str | None:
            at = begun_at + timedelta(seconds=seconds)
            here = [task for task in tasks if _address_of(task) == address]
            task = next((task for task in here if task["createdAt"] <= at), here[-1] if here else None)
            if task is None or task["taskArn"] in self._lost:
                return LOST if task else None
            return str(task["containers"][0]["image"].rpartition(":")[2])

        return counted(answers, self.roles.get, version_at)

    @property
    def moment(self) -> float:
        """Seconds since the load has begun."""
        return self._load.moment if self._load else 0.0

    def lose(self, container: "Container") -> None:
        """Count what was on its way to the task of this container as failed by a task that was lost."""
        self._lost.add(container.labels[TASK_ARN])

    def await_rest(self, patience: float = MINUTE) -> None:
        """Wait until no rollout is under way and all tasks run.

        Raises:
            OperationError: that does not come to be.
        """
        seen = "nothing was seen"

        def rests() -> bool:
            nonlocal seen
            try:
                status = self.status
            except OperationError as error:
                seen = error.what
                return False
            seen = f"{status.running} of {status.desired} tasks run, {status.stack}, rollout {status.deployment.status}"
            healthy = [task for task in status.tasks if task.status == "RUNNING" and task.health == "healthy"]
            return (
                status.running == status.desired == len(healthy) == len(status.tasks)
                and not status.stack.endswith("_IN_PROGRESS")
                and status.deployment.status != "IN_PROGRESS"
            )

        if not eventually(rests, patience, interval=0.3):
            raise OperationError(f"the sandbox does not come to rest: {seen}", fix="Look into the emulator's log.")

    def clean_up(self) -> None:
        """Leave everything that was entered, serve the good version again, and remove the variants."""
        try:
            self._cleaning.close()
        finally:
            try:
                self._serve_the_good_version()
            finally:
                self._remove_ended_containers()
                self.variants.remove()

    def abandon(self) -> None:
        """Leave everything that was entered and remove the variants, but do not wait for the good version to serve."""
        try:
            self._cleaning.close()
        finally:
            for container in self.containers():
                removed(container)
            self.variants.remove()

    def _remove_ended_containers(self) -> None:
        """Remove what the emulator would leave for some minutes, and wait for those that are being drained."""
        desired = self.status.desired

        def gone() -> bool:
            for container in self.containers():
                if container.status == "exited":
                    removed(container)
            return len(self.containers()) <= desired

        eventually(gone, LEAVING, interval=0.3)

    def _serve_the_good_version(self) -> None:
        if self.status.deployment.status == "IN_PROGRESS" and self.status.image_tag != self.good:
            with self.step("set right: abort the release that goes on"):
                self.slipway("abort", self.environment, "--yes", "--json")
        self.await_rest(3 * MINUTE)
        if self.status.image_tag == self.good:
            return
        with self.step("set right: release the good version again"):
            ended = self.slipway("release", self.environment, "--tag", self.good, "--skip-preflight", "--json")
        if ended.exit_code:
            raise OperationError(
                f"the good version cannot be brought back: {ended.last_words}", fix="Look into the emulator's log."
            )
        self.await_rest()

    def _tasks_ever(self) -> list[dict[str, Any]]:
        """All tasks of the service that ECS tells of, those that have stopped included, the newest first."""
        status, ecs = self.status, self.client("ecs")
        tasks: list[dict[str, Any]] = []
        for desired in ("RUNNING", "STOPPED"):
            pages = ecs.get_paginator("list_tasks").paginate(
                cluster=status.cluster, serviceName=status.service, desiredStatus=desired
            )
            for page in pages:
                arns = page["taskArns"]
                tasks += ecs.describe_tasks(cluster=status.cluster, tasks=arns)["tasks"] if arns else []
        return sorted(tasks, key=lambda task: task["createdAt"], reverse=True)


def removed(container: "Container") -> None:
    """Remove a container, if the emulator has not done so meanwhile."""
    from docker.errors import NotFound  # noqa: PLC0415 - there is none of docker-py where there is no engine

    with suppress(NotFound):
        container.remove(force=True, v=True)


def _address_of(task: dict[str, Any]) -> str:
    details = [detail for each in task["attachments"] for detail in each["details"]]
    return next((str(detail["value"]) for detail in details if detail["name"] == "privateIPv4Address"), "")
