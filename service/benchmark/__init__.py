"""What the service's telemetry costs: `python -m benchmark`."""
