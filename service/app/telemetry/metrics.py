"""The metrics that Prometheus reads: what is asked of the service, how it answers, and how the process does."""

from collections.abc import Callable, Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

LABELS = ("method", "route", "status")

FAILURES = ("500", "503")
"""Statuses whose series exist before anything has failed: Prometheus sees a rise only of what it has seen before."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. 0.5 is the objective for latency (observability/prometheus/rules)."""


class Metrics:
    """The metrics of one application, in a registry of their own.

    Attributes:
        registry: What `/metrics` shows.
        requests: Answered requests, by method, route and status.
        duration: How long it took until the answer began, in seconds; the load balancer measures the same.
        in_progress: Requests being answered, by method.
    """

    def __init__(self, *, service: str, version: str, environment: str, dropped_lines: Callable[[], int]) -> None:
        """Begin to count.

        Args:
            service: Name of the service.
            version: Tag of the image.
            environment: Where the task runs.
            dropped_lines: Tells how many lines of the log were dropped so far.
        """
        disable_created_metrics()  # type: ignore[no-untyped-call]  # has no types; spares a series for each metric
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.registry.register(_DroppedLines(dropped_lines))
        Info("service", "The service that answers.", registry=self.registry).info(
            {"name": service, "version": version, "environment": environment}
        )
        self.requests = Counter("http_requests", "Answered HTTP requests.", LABELS, registry=self.registry)
        self.duration = Histogram(
            "http_request_duration_seconds",
            "Seconds from a request to the beginning of its answer.",
            LABELS,
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_progress = Gauge(
            "http_requests_in_progress", "HTTP requests that are being answered.", ["method"], registry=self.registry
        )

    def begin(self, method: str, route: str) -> None:
        """Let the counts of that route's failures begin at 0, unless they have begun."""
        for status in FAILURES:
            self.requests.labels(method, route, status)


class _DroppedLines(Collector):
    def __init__(self, dropped_lines: Callable[[], int]) -> None:
        self._dropped_lines = dropped_lines

    def collect(self) -> Iterable[Metric]:
        yield CounterMetricFamily(
            "log_lines_dropped", "Lines of the log that nobody read in time.", value=self._dropped_lines()
        )
