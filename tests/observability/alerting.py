"""The laptop's files, changed no more than a test needs."""

import re
from pathlib import Path

from tests.observability.servers import OBSERVABILITY

SHOWN = "http://notifications:8080"
"""Where the laptop's Alertmanager sends what there is no secret for."""

TEMPLATES = "/etc/alertmanager/templates"


def alertmanager_configuration(receiver: str, *, waits: str | None = None) -> str:
    """The laptop's own, which sends to that URL.

    Args:
        waits: replaces what a group waits for, at first and later. Left as it is when omitted.
    """
    written = (OBSERVABILITY / "alertmanager" / "alertmanager.yaml").read_text()
    written = written.replace(SHOWN, receiver).replace(TEMPLATES, str(OBSERVABILITY / "alertmanager" / "templates"))
    if waits:
        written = re.sub(r"(group_wait|group_interval): \w+", rf"\1: {waits}", written)
    return written


def rule_files() -> list[Path]:
    """All that the laptop's Prometheus evaluates."""
    return [*sorted((OBSERVABILITY / "prometheus" / "rules").glob("*.yaml")), OBSERVABILITY / "prometheus/limits.yaml"]
