"""The laptop's files, changed no more than a test needs."""

import re
from collections.abc import Mapping
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


WINDOWS = {"5m": "3s", "15m": "3s", "30m": "4s", "1h": "4s", "2h": "5s", "6h": "6s", "1d": "7s", "3d": "8s"}
"""Of rules, and what they become where a test waits for them: in the same order."""

EVALUATION = "250ms"
SCRAPE = "200ms"


def rules_in_seconds(file: Path) -> str:
    """The rules of that file, with clocks that tick some hundred times faster. Nothing else is changed."""
    written = re.sub(r"\[(\w+)\]", lambda window: f"[{WINDOWS[window[1]]}]", file.read_text())
    written = re.sub(r"^( +for:) \w+$", r"\1 500ms", written, flags=re.MULTILINE)
    return re.sub(r"^( +interval:) \w+$", rf"\1 {EVALUATION}", written, flags=re.MULTILINE)


def routes_in_seconds(configuration: str) -> str:
    """That configuration of Alertmanager, which as before waits longer for a ticket's group than for a page's."""
    waits = {"group_wait: 30s": "group_wait: 1500ms", "group_wait: 10s": "group_wait: 300ms"}
    for before, after in waits.items():
        configuration = configuration.replace(before, after)
    configuration = re.sub(r"(group_interval): \w+", r"\1: 500ms", configuration)
    return configuration.replace("repeat_interval: 1m", "repeat_interval: 1s")


def prometheus_configuration(folder: Path, targets: Mapping[str, str]) -> Path:
    """The laptop's configuration in that folder, with its rules, all with clocks of seconds.

    Args:
        targets: what takes the place of each host and port.
    """
    written = (OBSERVABILITY / "prometheus" / "prometheus.yaml").read_text()
    written = written.replace("scrape_interval: 15s", f"scrape_interval: {SCRAPE}\n  scrape_timeout: {SCRAPE}")
    written = written.replace("evaluation_interval: 15s", f"evaluation_interval: {EVALUATION}")
    for before, after in targets.items():
        written = written.replace(f'"{before}"', f'"{after}"')
    (folder / "rules").mkdir()
    for file in rule_files():
        (folder / ("limits.yaml" if file.stem == "limits" else f"rules/{file.name}")).write_text(rules_in_seconds(file))
    configuration = folder / "prometheus.yaml"
    configuration.write_text(written)
    return configuration
