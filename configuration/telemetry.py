"""Where the signals of an environment go beside CloudWatch, and what the service promises in them."""

from typing import Self

from pydantic import Field, model_validator

from configuration.hosted_name import HostedName
from configuration.types import DomainName, Section

COLLECTOR_CPU, COLLECTOR_MEMORY = 64, 256
"""CPU units, and MiB at most, that the collector beside the service takes of the task: an estimate, not a measurement.

It scrapes one target and passes on a few spans a second, and sheds what would not fit into the memory.
"""

MIN_TASK_MEMORY = 1024
"""MiB of a task with a collector: with 512 MiB the service would be left with half of them."""

TELEMETRY_VARIABLES = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_SERVICE_NAME",
    "OTEL_RESOURCE_ATTRIBUTES",
)
"""What the service stack tells the container where traces are collected."""


class Tracing(Section):
    """`[environments.NAME.tracing]`: what becomes of traces.

    Attributes:
        sample_percent: of the requests that come without a decision of the caller's, the share that is traced.
        xray: whether traces go to X-Ray too. It takes them only after Transaction Search was switched on for the whole
            account and region, which no stack does ("OTLP Endpoints", Amazon CloudWatch User Guide).
    """

    sample_percent: float = Field(default=10.0, ge=0, le=100)
    xray: bool = False


class Objectives(Section):
    """`[environments.NAME.objectives]`: what the service promises; alerts tell how fast it breaks the promise.

    The highest alert fires at 14.4 times the error rate that is promised: below 95 percent that is nearly all requests.

    Attributes:
        availability_percent: of all requests, those that do not end in a server error.
        latency_percent: of the requests that succeed, those that are answered in less than half a second.
    """

    availability_percent: float = Field(default=99.9, ge=95, lt=100)
    latency_percent: float = Field(default=99.0, ge=95, lt=100)


class Dashboards(HostedName):
    """`[environments.NAME.dashboards]`: where people reach Grafana and Jaeger, on the environment's load balancer.

    Attributes:
        domain: their name; Jaeger is below `/jaeger`. Its certificate exists or is created, as `HostedName` says.
    """

    domain: DomainName  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride] - needed here

    @model_validator(mode="after")
    def _one_certificate(self) -> Self:
        if bool(self.certificate_arn) == bool(self.hosted_zone):
            raise ValueError("must have either certificate_arn, or hosted_zone_id and hosted_zone")
        return self
