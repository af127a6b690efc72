"""What calls a human about the service itself."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from slipway_constructs.observability import target_metrics
from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.target_metrics import TrafficMetrics
from slipway_constructs.observability.task_metrics import TaskMetrics
from slipway_constructs.observability.watched import BELOW, BREACHING, NOT_BREACHING, Watched, watch


class ServiceAlarms(Construct):
    """Pages when clients are not served, tickets when they soon may not be.

    None of them is off for want of data: no request, no error and no task make their metrics vanish, and that no task
    is there is paged for by `OutageAlarm`.

    Attributes:
        load_balancer_errors: pages; the load balancer answers with 5xx itself.
        errors: a ticket; too large a share of the tasks' answers is 5xx.
        latency: a ticket; one answer in a hundred takes too long.
        unhealthy: a ticket; a task does not pass its health checks.
        cpu: a ticket; the tasks have hardly any CPU left. Likewise memory.
        connection_errors: a ticket; tasks do not take connections.
        rejected_connections: a ticket; the load balancer does not.
        pages: alarms that wake somebody.
        tickets: alarms for working hours.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        metrics: TrafficMetrics,
        tasks: TaskMetrics,
        error_percent: float,
        p99_seconds: float,
        minimum_requests: int,
        cpu_percent: float,
        memory_percent: float,
        text: AlarmText,
        page: sns.ITopic,
        ticket: sns.ITopic | None,
    ) -> None:
        """Create the alarms; each looks at minutes.

        Args:
            error_percent: of the tasks' answers, that make a ticket; in three of five minutes.
            p99_seconds: that one answer in a hundred takes, likewise.
            minimum_requests: in a minute, below which neither is computed.
            cpu_percent: of the tasks' CPU that makes a ticket, in five minutes. Likewise memory_percent. Both should be
                more than what scaling keeps to.
            text: how the alarms are described.
            page: told of pages.
            ticket: told of tickets; None, it is left to others to tell of these alarms.
        """
        super().__init__(scope, id)
        self._text, self._page, self._ticket = text, page, ticket
        self._watch_load_balancer(metrics)
        self._watch_answers(metrics, error_percent, p99_seconds, minimum_requests)
        self._watch_tasks(tasks, cpu_percent, memory_percent)
        self._watch_connections(metrics)
        self.pages = [self.load_balancer_errors]
        self.tickets = [
            self.errors,
            self.latency,
            self.unhealthy,
            self.cpu,
            self.memory,
            self.connection_errors,
            self.rejected_connections,
        ]

    def _watch_load_balancer(self, metrics: TrafficMetrics) -> None:
        self.load_balancer_errors = watch(
            self,
            "LoadBalancerErrors",
            Watched(
                metrics.unserved_requests(),
                10,
                "the load balancer itself answers requests with 5xx, because no task took them or answered in time.",
                "Load balancer errors",
                periods=3,
                breaching=2,
                missing=NOT_BREACHING,  # there is no value in a minute without such an answer
            ),
            text=self._text,
            tell=self._page,
        )

    def _watch_answers(
        self, metrics: TrafficMetrics, error_percent: float, p99_seconds: float, minimum_requests: int
    ) -> None:
        self.errors, self.latency = (
            self._ticket_of(
                name,
                Watched(
                    metric,
                    threshold,
                    says,
                    section,
                    periods=5,
                    breaching=3,
                    missing=NOT_BREACHING,  # there is no value in a minute without a request
                ),
            )
            for name, metric, threshold, says, section in (
                (
                    "Errors",
                    target_metrics.error_percent(metrics, minimum_requests),
                    error_percent,
                    f"tasks answer at least {error_percent:g} % of the requests with 5xx.",
                    "Too many errors",
                ),
                (
                    "Latency",
                    target_metrics.slowest_hundredth(metrics, minimum_requests),
                    p99_seconds,
                    f"one answer in a hundred takes {p99_seconds:g} s or more.",
                    "Slow answers",
                ),
            )
        )

    def _watch_tasks(self, tasks: TaskMetrics, cpu_percent: float, memory_percent: float) -> None:
        self.cpu, self.memory = (
            self._ticket_of(
                f"High{name}",
                Watched(
                    metric,
                    percent,
                    f"the tasks use {percent:g} % of their {resource} or more, although scaling should have reacted.",
                    f"High {resource}",
                    periods=5,
                    breaching=5,
                    missing=NOT_BREACHING,  # where no task runs, none is short of anything
                ),
            )
            for name, metric, percent, resource in (
                ("Cpu", tasks.cpu(), cpu_percent, "CPU"),
                ("Memory", tasks.memory(), memory_percent, "memory"),
            )
        )

    def _watch_connections(self, metrics: TrafficMetrics) -> None:
        self.unhealthy = self._ticket_of(
            "UnhealthyTask",
            Watched(
                metrics.unhealthy_tasks(),
                1,
                "a task does not pass its health checks, and none has replaced it for three minutes.",
                "Unhealthy task",
                periods=3,
                breaching=3,
                missing=NOT_BREACHING,  # without a registered task there is none that is unhealthy
            ),
        )
        self.connection_errors, self.rejected_connections = (
            self._ticket_of(
                name,
                Watched(
                    metric,
                    1,
                    says,
                    section,
                    periods=5,
                    breaching=2,
                    missing=NOT_BREACHING,  # there is no value in a minute without such a connection
                ),
            )
            for name, metric, says, section in (
                (
                    "ConnectionErrors",
                    metrics.connection_errors(),
                    "the load balancer cannot open connections to tasks.",
                    "Connection errors",
                ),
                (
                    "RejectedConnections",
                    metrics.rejected_connections(),
                    "the load balancer refuses connections, because it has as many as it can take.",
                    "Rejected connections",
                ),
            )
        )

    def _ticket_of(self, id: str, watched: Watched) -> cloudwatch.Alarm:
        return watch(self, id, watched, text=self._text, tell=self._ticket)


class OutageAlarm(Construct):
    """Pages when no task is healthy; not for a service that a schedule stops on purpose.

    Attributes:
        alarm: the alarm.
    """

    def __init__(
        self, scope: Construct, id: str, *, metrics: TrafficMetrics, text: AlarmText, page: sns.ITopic
    ) -> None:
        """Create the alarm.

        Args:
            text: how it is described.
            page: told of it.
        """
        super().__init__(scope, id)
        self.alarm = watch(
            self,
            "NoHealthyTask",
            Watched(
                metrics.healthy_tasks(),
                1,
                "no task is healthy, so that nobody is served.",
                "No healthy task",
                periods=2,
                breaching=2,
                missing=BREACHING,  # no healthy host is just what makes the metric vanish
                comparison=BELOW,
            ),
            text=text,
            tell=page,
        )


class MissingTasksAlarm(Construct):
    """A ticket when fewer tasks run than should; only where Container Insights counts them.

    Without it AWS publishes neither number, and nothing else says how many there should be.

    Attributes:
        alarm: the alarm.
    """

    def __init__(
        self, scope: Construct, id: str, *, tasks: TaskMetrics, text: AlarmText, ticket: sns.ITopic | None
    ) -> None:
        """Create the alarm.

        Args:
            text: how it is described.
            ticket: told of it; None, it is left to others to tell.
        """
        super().__init__(scope, id)
        missing_tasks = cloudwatch.MathExpression(
            expression="desired - running",
            using_metrics={"desired": tasks.desired(), "running": tasks.running()},
            label="Missing tasks",
            period=target_metrics.MINUTE,
        )
        self.alarm = watch(
            self,
            "MissingTasks",
            Watched(
                missing_tasks,
                1,
                "fewer tasks run than ECS is to run, for ten minutes.",
                "Missing tasks",
                periods=10,  # a task that scaling has asked for is pending while its image is pulled and started
                breaching=10,
                missing=NOT_BREACHING,  # Container Insights publishes late now and then, and no task is paged for
            ),
            text=text,
            tell=ticket,
        )
