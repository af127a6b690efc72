"""What Prometheus reads."""

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from app.dependencies import CurrentMetrics

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def show(request: Request, metrics: CurrentMetrics) -> Response:
    """Show the metrics, as OpenMetrics (with exemplars) to whoever accepts it, else in Prometheus's older format."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(metrics.registry), headers={"Content-Type": content_type, "Cache-Control": "no-store"})
