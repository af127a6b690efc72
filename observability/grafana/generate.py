"""Writes the dashboard: `python -m observability.grafana.generate`, or `make dashboard`."""

import json
from pathlib import Path

from observability.grafana.panels import (
    Json,
    Limit,
    Link,
    Query,
    annotation,
    dashboard,
    graph,
    heatmap,
    label_variable,
    number,
)
from observability.grafana.queries import ALLOWED, BUCKETS, ERRORS, RATE, REQUESTS, per_second, quantile

FILE = Path(__file__).parent / "dashboards" / "service.json"

LATENCY_OBJECTIVE = 0.5
"""Seconds, as in the rule that counts slow requests."""

BURN_LIMITS = (Limit(1, "yellow"), Limit(3, "orange"), Limit(6, "red"), Limit(14.4, "dark-red"))
"""Where tickets (1 and 3 times) and pages (6 and 14.4 times) begin."""

JAEGER = {"on AWS": "/jaeger", "on a laptop": "http://localhost:16686/jaeger"}
"""Where Jaeger is for whoever looks at Grafana: beside it, at one domain, or at a port of its own."""


def service() -> Json:
    """The dashboard of the service: what matters first, then why it may be so."""
    return dashboard(
        uid="service",
        title="Service",
        says="Golden signals, saturation, deployments, error budgets and traces of the service.",
        variables=[
            label_variable("traced", 'traces_span_metrics_calls_total{span_kind="SPAN_KIND_SERVER"}', "service_name")
        ],
        annotations=[
            annotation(
                "Start of a process",
                'process_start_time_seconds{job="service"} * 1000',
                colour="blue",
                text="{{instance}}",
                at_value=True,
            ),
            annotation(
                "Page",
                'ALERTS{alertstate="firing",severity="page"}',
                colour="red",
                text="{{alertname}} {{slo}} {{window}}",
            ),
        ],
        rows={
            "Now": _now(),
            "Golden signals": _golden_signals(),
            "Error budgets": _error_budgets(),
            "Saturation": _saturation(),
            "Deployments": _deployments(),
            "Traces": _traces(),
        },
    )


def _now() -> list[Json]:
    missed, burns = "job_slo:errors_per_request:ratio_rate5m", (Limit(1, "yellow"), Limit(14.4, "red"))
    return [
        number(
            "Alerts firing",
            "But for the heartbeat, which always fires.",
            Query('count(ALERTS{alertstate="firing",severity!="heartbeat"}) or vector(0)'),
            unit="none",
            limits=[Limit(1, "red")],
        ),
        number("Targets up", "Tasks that give metrics.", Query('sum(up{job="service"})'), unit="none"),
        number("Traffic", "Requests a second.", Query(f"sum(rate({REQUESTS}{RATE}))"), unit="reqps"),
        number(
            "Errors",
            "How many times as many requests ended in 5xx, over 5 minutes, as the objective allows.",
            Query(f'{missed}{{slo="availability"}} / {ALLOWED}'),
            unit="none",
            limits=burns,
        ),
        number(
            "Slow",
            "How many times as many answers, 5xx left out, began after 0.5 s, over 5 minutes, as the objective allows.",
            Query(f'{missed}{{slo="latency"}} / {ALLOWED}'),
            unit="none",
            limits=burns,
        ),
        number(
            "In progress",
            "Requests whose answer has not ended, streams among them.",
            Query('sum(http_requests_in_progress{job="service"})'),
            unit="none",
        ),
    ]


def _golden_signals() -> list[Json]:
    return [
        _traffic_by("route"),
        graph(
            "Errors by route",
            "Share of requests that ended in 5xx.",
            Query(f"{per_second(ERRORS, 'route')} / {per_second(REQUESTS, 'route')}", "{{route}}"),
            unit="percentunit",
            links=_searches("Failed traces", "tags=%7B%22error%22%3A%22true%22%7D"),
        ),
        graph(
            "Latency",
            "Seconds within which half, 90 and 99 percent of the answers begin. On a laptop dots lead to traces.",
            *(
                Query(
                    quantile(share, BUCKETS),
                    name,
                    exemplars=share == "0.99",  # once is enough: all three would have the same ones
                )
                for share, name in (("0.5", "p50"), ("0.9", "p90"), ("0.99", "p99"))
            ),
            unit="s",
            limits=[Limit(LATENCY_OBJECTIVE, "red")],
            links=_searches("Slow traces", f"minDuration={LATENCY_OBJECTIVE}s"),
        ),
        _traffic_by("status"),
        graph(
            "Latency by route",
            "Seconds within which 99 percent of the answers begin.",
            Query(quantile("0.99", BUCKETS, "route"), "{{route}}"),
            unit="s",
            limits=[Limit(LATENCY_OBJECTIVE, "red")],
        ),
        heatmap(
            "Latency of all",
            "How many answers began after how long.",
            Query(f"sum by (le) (increase({BUCKETS}{RATE}))", "{{le}}"),
            unit="s",
        ),
    ]


def _traffic_by(label: str) -> Json:
    return graph(
        f"Traffic by {label}",
        "Requests a second.",
        Query(per_second(REQUESTS, label), f"{{{{{label}}}}}"),
        unit="reqps",
        stacked=True,
    )


def _searches(title: str, wanted: str) -> list[Link]:
    """Ways to what Jaeger finds in the time that the dashboard shows; Jaeger wants microseconds."""
    asked = f"service=${{traced:percentencode}}&{wanted}&start=${{__from}}000&end=${{__to}}000&lookback=custom&limit=50"
    return [Link(f"{title} {place}", f"{jaeger}/search?{asked}") for place, jaeger in JAEGER.items()]


def _error_budgets() -> list[Json]:
    return [
        *(
            graph(
                f"Burn rate of {slo}",
                "How many times too fast the budget burns. Pages at 14.4 (1h) and 6 (6h), tickets at 3 (1d), 1 (3d).",
                *(
                    Query(f'job_slo:errors_per_request:ratio_rate{window}{{slo="{slo}"}} / {ALLOWED}', window)
                    for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
                ),
                unit="none",
                limits=BURN_LIMITS,
            )
            for slo in ("availability", "latency")
        ),
        number(
            "Objective",
            "Share of requests that the service promises to answer well.",
            Query("slo:objective:ratio", "{{slo}}"),
            unit="percentunit",
            width=8,
        ),
        number(
            "Budget left of 3 days",
            "What the last 3 days have left of their error budget; below 0 more was spent than there was.",
            Query(f"1 - job_slo:errors_per_request:ratio_rate3d / {ALLOWED}", "{{slo}}"),
            unit="percentunit",
            width=8,
        ),
    ]


def _saturation() -> list[Json]:
    return [
        graph(
            "CPU",
            "Cores that each process takes, and what it may, at most one: Python runs on one at a time.",
            Query(f'rate(process_cpu_seconds_total{{job="service"}}{RATE})', "{{instance}}"),
            Query("clamp_max(limit:cpu:cores, 1)", "limit"),
            unit="none",
        ),
        graph(
            "Memory",
            "What each process holds, and what it may.",
            Query('process_resident_memory_bytes{job="service"}', "{{instance}}"),
            Query("limit:memory:bytes", "limit"),
            unit="bytes",
        ),
        graph(
            "Requests in progress",
            "Requests in each process, streams among them; it runs plain functions in 40 threads.",
            Query('sum without (method, route) (http_requests_in_progress{job="service"})', "{{instance}}"),
            unit="none",
            limits=[Limit(40, "red")],
        ),
        graph(
            "File descriptors",
            "Share that is open of those allowed.",
            Query('process_open_fds{job="service"} / process_max_fds{job="service"}', "{{instance}}"),
            unit="percentunit",
            limits=[Limit(0.8, "red")],
            largest=1,
        ),
        graph(
            "Log lines dropped",
            "Lines a second that nobody read in time.",
            Query(f'rate(log_lines_dropped_total{{job="service"}}{RATE})', "{{instance}}"),
            unit="cps",
        ),
    ]


def _deployments() -> list[Json]:
    return [
        graph(
            "Tasks by version",
            "Which image runs how often: during a rollout the new one takes the old one's place.",
            Query('sum by (version) (service_info{job="service"})', "{{version}}"),
            unit="none",
            stacked=True,
        ),
        graph(
            "Targets",
            "1 while the task gives metrics.",
            Query('up{job="service"}', "{{instance}}"),
            unit="none",
            largest=1,
        ),
        graph(
            "Age",
            "Since when each process runs; a saw is a crash loop.",
            Query('time() - process_start_time_seconds{job="service"}', "{{instance}}"),
            unit="s",
        ),
    ]


def _traces() -> list[Json]:
    seconds = 'traces_span_metrics_duration_seconds_bucket{span_kind="SPAN_KIND_SERVER"}'
    return [
        graph(
            "Spans",
            "Spans a second that Jaeger counts: what was sampled.",
            Query(
                per_second("traces_span_metrics_calls_total", "service_name", "span_kind"),
                "{{service_name}} {{span_kind}}",
            ),
            unit="cps",
        ),
        graph(
            "Spans in error",
            "Share, over 5 minutes: of requests (SERVER) and of the calls that they make (CLIENT).",
            Query("service_name_kind:span_errors:ratio_rate5m", "{{service_name}} {{span_kind}}"),
            unit="percentunit",
            limits=[Limit(0.05, "red")],
        ),
        graph(
            "Latency of spans",
            "Seconds within which 99 percent of the traced requests are answered.",
            Query(quantile("0.99", seconds, "span_name"), "{{span_name}}"),
            unit="s",
        ),
    ]


def main() -> None:
    """Write the file that Grafana is provisioned with."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(service(), indent=2) + "\n")


if __name__ == "__main__":
    main()
