"""What the process tells about itself: JSON logs on stdout, metrics for Prometheus and traces of OpenTelemetry."""
