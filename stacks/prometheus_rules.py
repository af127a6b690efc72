"""The rules that an environment's metrics are looked at with."""

from collections.abc import Mapping
from pathlib import Path

from configuration import Environment
from configuration.telemetry import COLLECTOR_MEMORY

RULES = Path(__file__).parent.parent / "observability" / "prometheus" / "rules"

OBJECTIVES, LIMITS = "objectives", "limits"

CPU_UNITS = 1024
"""Of one vCPU."""

MEBIBYTE = 1024 * 1024


def rules_of(environment: Environment) -> Mapping[str, str]:
    """Files of rules by name: those of `observability/`, and what slipway.toml says of objectives and task sizes.

    Raises:
        FileNotFoundError: there are no rules in `observability/`.
    """
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.yaml"))}
    if not files:
        raise FileNotFoundError(f"{RULES} has no *.yaml")
    return files | {OBJECTIVES: objectives_of(environment), LIMITS: limits_of(environment)}


def objectives_of(environment: Environment) -> str:
    """In the place of the file of that name, which has the defaults of slipway.toml."""
    objectives = environment.objectives
    return _constants(
        OBJECTIVES,
        "slo:objective:ratio",
        [
            ("slo: availability", objectives.availability_percent / 100),
            ("slo: latency", objectives.latency_percent / 100),
        ],
    )


def limits_of(environment: Environment) -> str:
    """What a task gives the service, in the place of what compose.yaml does on a laptop."""
    task = environment.task
    memory = _constants(LIMITS, "limit:memory:bytes", [("job: service", (task.memory - COLLECTOR_MEMORY) * MEBIBYTE)])
    cpu = _constants(LIMITS, "limit:cpu:cores", [("job: service", task.cpu / CPU_UNITS)])
    return memory + "".join(cpu.splitlines(keepends=True)[HEADER_LINES:])


HEADER_LINES = 3
"""Of a group: `groups`, its name, and `rules`."""


def _constants(group: str, record: str, values: list[tuple[str, float]]) -> str:
    rules = "".join(
        f"      - record: {record}\n        expr: vector({value:.12g})\n        labels:\n          {label}\n"
        for label, value in values
    )
    return f"groups:\n  - name: {group}\n    rules:\n{rules}"
