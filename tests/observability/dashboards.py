"""What the dashboard asks the metrics for."""

import json
from collections.abc import Iterator
from typing import Any

from observability.grafana.generate import FILE

NEED_JAEGER = {"Spans", "Spans in error", "Latency of spans"}
"""Titles of the panels whose series only Jaeger makes."""


def panels() -> list[dict[str, Any]]:
    """Those that show something: all but the titles of rows."""
    return [panel for panel in json.loads(FILE.read_text())["panels"] if panel["type"] != "row"]


def expressions(*, need_jaeger: bool, rate_interval: str) -> Iterator[tuple[str, str]]:
    """Title and expression of each query of those panels, and of the marks over all of them.

    Args:
        need_jaeger: whether those that do are wanted, or all others.
        rate_interval: what stands in for Grafana's variable.
    """
    for panel in panels():
        if (panel["title"] in NEED_JAEGER) == need_jaeger:
            for target in panel["targets"]:
                yield panel["title"], target["expr"].replace("$__rate_interval", rate_interval)
    if not need_jaeger:
        for mark in json.loads(FILE.read_text())["annotations"]["list"]:
            yield mark["name"], mark["expr"]
