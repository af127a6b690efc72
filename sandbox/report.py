"""What `make up` says when everything is up."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class StackReport:
    """A deployed stack and how many resources it has."""

    name: str
    status: str
    resources: int


@dataclass(frozen=True)
class Report:
    """What runs in the sandbox.

    Attributes:
        containers: whether tasks are containers; otherwise they are simulated.
        tasks: their ids.
        liveness_path: at which the service answers 200 below the URL.
        recorded: resource types that the emulator only remembers: they are deployed, and do nothing.
        seconds: of each step.
    """

    stacks: Sequence[StackReport]
    image_tag: str
    containers: bool
    tasks: Sequence[str]
    url: str
    liveness_path: str
    recorded: Sequence[str]
    seconds: Mapping[str, float]

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def lines(report: Report) -> list[str]:
    """The report as text."""
    width = max(len(stack.name) for stack in report.stacks)
    tasks = "as containers" if report.containers else "simulated; the service runs as a local process"
    return [
        "Stacks",
        *(f"  {stack.name:<{width}}  {stack.resources:>3} resources  {stack.status}" for stack in report.stacks),
        f"Image       {report.image_tag}",
        f"Tasks       {len(report.tasks)} {tasks}",
        *(f"  {task}" for task in report.tasks),
        "Recorded only, without effect",
        *(f"  {name}" for name in report.recorded or ["nothing"]),
        "Seconds",
        *(f"  {seconds:>5.1f}  {step}" for step, seconds in report.seconds.items()),
        f"URL         {report.url}",
        f"Try         curl {report.url}{report.liveness_path}",
    ]
