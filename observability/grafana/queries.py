"""What the panels of the service's dashboard ask, in PromQL."""

RATE = "[$__rate_interval]"
"""Grafana's own window, which is never too short for the scrapes."""

REQUESTS = 'http_requests_total{job="service"}'
ERRORS = 'http_requests_total{job="service",status=~"5.."}'
ALLOWED = "on (slo) group_left () (1 - slo:objective:ratio)"  # what objectives leave, to divide a share by
BUCKETS = 'http_request_duration_seconds_bucket{job="service"}'


def per_second(counter: str, *labels: str) -> str:
    """How fast that counter grows, summed over all but these labels."""
    return f"sum by ({', '.join(labels)}) (rate({counter}{RATE}))"


def quantile(share: str, buckets: str, *labels: str) -> str:
    """What that share of the observations stays below, for each value of these labels.

    Args:
        share: from 0 to 1, as it is to stand in the query.
        buckets: the series of a histogram.
    """
    return f"histogram_quantile({share}, {per_second(buckets, 'le', *labels)})"
