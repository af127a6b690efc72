"""OpenTelemetry's SDK as the service uses it. Loaded only where there is a collector."""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Span, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from app.settings import Settings

QUERY = "url.query"


class SecretlessBatches(BatchSpanProcessor):
    """Sends spans in batches, from a thread of its own; no span tells a query."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Hide what FastAPI notes of a request's query."""
        super().on_start(span, parent_context)
        if span.attributes and QUERY in span.attributes:
            span.set_attribute(QUERY, "***")


def provider(settings: Settings) -> TracerProvider:
    """What makes spans of this service, samples them by their trace, and sends them.

    The variables of OpenTelemetry go before the service's settings: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, those
    of the exporter (OTEL_EXPORTER_OTLP_*) and those of batches (OTEL_BSP_*).
    """
    resource = Resource.create(
        {
            "service.name": settings.service_name,
            "service.version": settings.image_tag,
            "deployment.environment.name": settings.environment,
        }
    ).merge(OTELResourceDetector().detect())
    made = TracerProvider(
        resource=resource,
        sampler=ParentBased(TraceIdRatioBased(settings.otel_traces_sampler_arg)),
        shutdown_on_exit=False,  # the lifespan does it, while there is time
    )
    made.add_span_processor(SecretlessBatches(OTLPSpanExporter(endpoint=settings.traces_endpoint)))
    trace.set_tracer_provider(made)  # for spans that the service makes itself, by trace.get_tracer(__name__)
    return made
