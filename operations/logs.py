"""What the containers of an environment wrote, and what they go on to write."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge

from operations.aws import Aws, explained
from operations.errors import OperationError
from operations.gateways.ecs import Ecs
from operations.gateways.ecs_tasks import EcsTasks, TaskSettings
from operations.gateways.logs import LogEvent, LogGroupMissingError, Logs
from operations.rollout.deployed import Deployed, gone

LATE_MS = 30_000
"""A line may reach CloudWatch Logs that much later than one that was written after it. The awslogs driver sends what it
has every 5 s (defaultForceFlushInterval in moby, daemon/logger/awslogs), and tries again when that fails."""

CLOCKS_DIFFER_MS = 15 * 60_000
"""No more than this: AWS refuses requests of a clock that is further away ("RequestTimeTooSkewed")."""

REMEMBERED = 50_000
"""Lines that are recognised when AWS tells them again; their ids take about 10 MB."""


@dataclass(frozen=True)
class Source:
    """Where a container of the service writes to.

    Attributes:
        group: the log group.
        stream_prefix: of the log streams, one for each task; the task's id follows.
    """

    group: str
    container: str
    stream_prefix: str


@dataclass(frozen=True)
class Line:
    """What a container wrote at once; mostly a line."""

    at: datetime
    task: str
    container: str
    text: str

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"at": at, "task": self.task, "container": self.container, "message": self.text}


def find(deployed: Deployed) -> list[Source]:
    """Where the containers of the service write to, as the task definitions that run say.

    Raises:
        OperationError: the service is gone, none of its containers writes to CloudWatch Logs, or AWS cannot be asked.
    """
    with explained(deployed.aws):
        service = Ecs(deployed.aws).service(deployed.cluster, deployed.service)
        if service is None or service.primary is None:
            raise gone(deployed)
        # In a rollout two of them run; both are the service.
        running = dict.fromkeys(
            [service.primary.task_definition, *(each.task_definition for each in service.deployments)]
        )
        tasks = EcsTasks(deployed.aws)
        definitions = [tasks.task_definition(arn) for arn in running]
    sources = list(dict.fromkeys(source for each in definitions for source in _sources(each)))
    if not sources:
        raise OperationError(
            f"no container of {definitions[0].arn.rpartition('/')[2]} writes to CloudWatch Logs",
            fix="Look where its logConfiguration sends the output, or give the container the awslogs driver.",
        )
    return sources


def _sources(definition: TaskSettings) -> Iterator[Source]:
    for each in definition.containers:
        if each.log_group:
            yield Source(each.log_group, each.name, each.log_stream(""))


class Tail:
    """Reads what was written, and with every further read what has been written since, each line once.

    Its memory has a bound, however long it reads and however much is written.
    """

    def __init__(self, aws: Aws, sources: Iterable[Source], *, since: datetime, task: str = "", text: str = "") -> None:
        """Begin at that time.

        Args:
            since: with a time zone.
            task: only what tasks wrote whose ids begin like this.
            text: only lines with that text, upper and lower case told apart.
        """
        self._aws, self._task, self._text = aws, task, text
        self._logs = Logs(aws)
        start = max(int(since.timestamp() * 1000), 0)
        self._told = {source: _Told(start) for source in sources}

    def read(self) -> Iterator[Line]:
        """What is new, in the order of time; a line that came late comes with what is read then.

        Raises:
            OperationError: a log group is missing, or AWS cannot be asked.
        """
        with explained(self._aws):
            now = int(time.time() * 1000)
            yield from merge(*(self._new(source, told) for source, told in self._told.items()), key=_time)
            for told in self._told.values():
                told.forget_before(now - CLOCKS_DIFFER_MS)

    def _new(self, source: Source, told: "_Told") -> Iterator[Line]:
        prefix = f"{source.stream_prefix}{self._task}"
        try:
            for event in self._logs.events(source.group, stream_prefix=prefix, since=told.start, text=self._text):
                if told.is_new(event):
                    yield _line(source, event)
        except LogGroupMissingError as error:
            raise OperationError(
                f"the log group {source.group}, to which the container {source.container} writes, does not exist",
                fix="It was removed by hand: npx cdk drift of the service's stack tells more.",
            ) from error


class _Told:
    """Which events of a source have been told.

    Attributes:
        start: what is older is not asked for any more; milliseconds.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self._newest = start
        self._ids: dict[str, int] = {}
        self._limit = REMEMBERED

    def is_new(self, event: LogEvent) -> bool:
        """Whether the event has not been told; from now on it has."""
        if event.timestamp < self.start or event.id in self._ids:
            return False
        self._ids[event.id] = event.timestamp
        self._newest = max(self._newest, event.timestamp)
        if len(self._ids) > self._limit:
            self._forget()
        return True

    def forget_before(self, milliseconds: int) -> None:
        """No longer ask for what is older, although the newest event may be older itself."""
        self.start = max(self.start, milliseconds)
        self._forget()

    def _forget(self) -> None:
        self.start = max(self.start, self._newest - LATE_MS)
        if len(self._ids) > self._limit:  # more than that may come late: only what is newest is recognised
            self.start = max(self.start, sorted(self._ids.values())[-REMEMBERED // 2])
        self._ids = {each: at for each, at in self._ids.items() if at >= self.start}
        # As long as there are more of a single millisecond, nothing would be gained by looking again at once.
        self._limit = max(REMEMBERED, 2 * len(self._ids))


def _line(source: Source, event: LogEvent) -> Line:
    at = datetime.fromtimestamp(event.timestamp / 1000, UTC)
    return Line(at, event.stream.removeprefix(source.stream_prefix), source.container, event.text.rstrip("\r\n"))


def _time(line: Line) -> datetime:
    return line.at
