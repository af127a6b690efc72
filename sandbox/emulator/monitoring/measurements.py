"""Measurements on their way to the emulator's CloudWatch, where its API and its alarms find them.

Equal values of a metric are kept together until they are written, once a second or when an alarm asks. A metric keeps
its newest hundred thousand values; CloudWatch keeps fifteen months.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sandbox.emulator import background
from sandbox.emulator.clock import scaled
from sandbox.emulator.internals import internal
from sandbox.emulator.scope import scope_of

_CLOUDWATCH = "services.cloudwatch"
_INTERVAL = 1.0
_SHORTEST_SLICE = 1 / 12  # half of the shortest period there is: ten seconds on the fastest clock
_MOST_VALUES = 100_000
_STEPS_PER_DECADE = 400  # neighbouring values differ by 0.6 %


class Metric(NamedTuple):
    """One metric of one resource.

    Attributes:
        resource: the ARN that tells the account and the region.
        dimensions: names and values, sorted by the names.
    """

    resource: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str = "Count"


_waiting: Counter[tuple[Metric, int, float]] = Counter()
"""How often each metric had which value, by the slice of time."""

_lock = threading.Lock()


def write_regularly() -> None:
    """Write what is measured from now on."""
    background.repeat(_INTERVAL, write)


def metric(resource: str, namespace: str, name: str, unit: str = "Count", **dimensions: str) -> Metric:
    """Return the metric of that name.

    Args:
        resource: the ARN of what is measured, for the account and region that see the metric.
        unit: in CloudWatch's words; omitted, things are counted.
    """
    return Metric(resource, namespace, name, tuple(sorted(dimensions.items())), unit)


def measured(metric: Metric, value: float, times: int = 1) -> None:
    """Take note of a value that was measured now, so many times; omitted, once."""
    with _lock:
        _waiting[metric, int(time.time() / _slice()), value] += times


def rounded(value: float) -> float:
    """Return a value near this one that many others share: what is measured exactly is hardly ever equal."""
    if value <= 0:
        return 0.0
    return float(10 ** (round(math.log10(value) * _STEPS_PER_DECADE) / _STEPS_PER_DECADE))


def write() -> None:
    """Write what was measured."""
    with _lock:
        written: Mapping[tuple[Metric, int, float], int] = dict(_waiting)
        _waiting.clear()
    for (of, number, value), times in written.items():
        _write(of, (number + 0.5) * _slice(), value, times)


def forget() -> None:
    """Forget what was not written yet."""
    with _lock:
        _waiting.clear()


def _slice() -> float:
    """Seconds in which equal values are kept together: the shortest period of an alarm is a multiple of them."""
    return max(_SHORTEST_SLICE, scaled(1.0))


def _write(of: Metric, at: float, value: float, times: int) -> None:
    dimensions = dict(of.dimensions)
    with scope_of(of.resource):
        key = (of.namespace, of.name, internal(_CLOUDWATCH, "_dims_key")(dimensions))
        values = internal(_CLOUDWATCH, "_metric_bucket")(key)
        values.append(
            {"Timestamp": at, "Value": value, "Count": float(times), "Unit": of.unit, "Dimensions": dimensions}
        )
        if len(values) > _MOST_VALUES:
            del values[: _MOST_VALUES // 10]
