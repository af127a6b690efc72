"""The parts of a Grafana dashboard, as the JSON that Grafana reads (schema 41, from Grafana 11.6 on)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

METRICS: Json = {"type": "prometheus", "uid": "metrics"}
"""The data source of every query. On AWS the plugin of another type has the same uid, and the uid is what counts."""

COLUMNS = 24
"""Columns of Grafana's grid."""


@dataclass(frozen=True)
class Query:
    """One expression of a panel.

    Attributes:
        expression: in PromQL.
        legend: what its series are called, with labels in double braces; empty for the labels as they are.
        exemplars: whether the dots that lead to traces are asked for as well.
    """

    expression: str
    legend: str = ""
    exemplars: bool = False


@dataclass(frozen=True)
class Link:
    """A way from a panel to another page. Dashboard variables in the URL are replaced."""

    title: str
    url: str


@dataclass(frozen=True)
class Limit:
    """From which value on a panel shows which colour."""

    value: float
    colour: str


def graph(
    title: str,
    says: str,
    *queries: Query,
    unit: str,
    limits: Sequence[Limit] = (),
    stacked: bool = False,
    largest: float | None = None,
    links: Sequence[Link] = (),
    width: int = 8,
) -> Json:
    """Lines over time.

    Args:
        title: one or two words.
        says: what it shows, behind the panel's "i".
        unit: Grafana's name of it, such as "s", "reqps" or "percentunit".
        limits: drawn as lines.
        stacked: whether the series add up.
        largest: the end of the axis. As far as the values go when omitted.
        links: in the panel's corner.
        width: in columns, of which there are 24.
    """
    custom = {
        "drawStyle": "line",
        "fillOpacity": 30 if stacked else 10,
        "showPoints": "never",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if limits else "off"},
    }
    panel = _panel("timeseries", title, says, queries, width=width, height=8)
    panel["fieldConfig"] = _fields(unit, limits, custom=custom, largest=largest)
    panel["options"] = {
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    if links:
        panel["links"] = [{"title": link.title, "url": link.url, "targetBlank": True} for link in links]
    return panel


def number(title: str, says: str, query: Query, *, unit: str, limits: Sequence[Limit] = (), width: int = 4) -> Json:
    """The newest value, or that of each series, in large.

    Args:
        limits: from which values on it is coloured; green without any.
        width: in columns, of which there are 24.
    """
    panel = _panel("stat", title, says, [query], width=width, height=4)
    panel["fieldConfig"] = _fields(unit, limits)
    panel["options"] = {
        "colorMode": "value",
        "graphMode": "area",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "auto",
    }
    return panel


def heatmap(title: str, says: str, query: Query, *, unit: str, width: int = 8) -> Json:
    """The buckets of a histogram over time.

    Args:
        width: in columns, of which there are 24.
    """
    panel = _panel("heatmap", title, says, [query], width=width, height=8)
    panel["targets"][0]["format"] = "heatmap"
    panel["fieldConfig"] = {"defaults": {}, "overrides": []}
    panel["options"] = {
        "calculate": False,
        "cellGap": 1,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "tooltip": {"mode": "single", "yHistogram": True},
        "yAxis": {"unit": unit},
    }
    return panel


def dashboard(
    *,
    uid: str,
    title: str,
    says: str,
    variables: Sequence[Json],
    annotations: Sequence[Json],
    rows: Mapping[str, Sequence[Json]],
) -> Json:
    """A dashboard of rows, each under its title; panels follow one another and wrap as text does.

    Args:
        uid: part of its URL, which stays when the title changes.
        variables: what links may name.
    """
    return {
        "uid": uid,
        "title": title,
        "description": says,
        "schemaVersion": 41,
        "editable": False,
        "graphTooltip": 1,  # the crosshair is in every panel
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "tags": ["slipway"],
        "annotations": {"list": list(annotations)},
        "templating": {"list": list(variables)},
        "panels": _laid_out(rows),
    }


def label_variable(name: str, query: str, label: str) -> Json:
    """A variable with a value of that label of what the query finds, the first unless somebody chooses another."""
    asked = f"label_values({query}, {label})"
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": METRICS,
        "definition": asked,
        "query": {"query": asked, "refId": "Values"},
        "refresh": 2,  # when the time range changes
        "sort": 1,
    }


def annotation(name: str, query: str, *, colour: str, text: str, at_value: bool = False) -> Json:
    """Marks over all panels, where the query has values.

    Args:
        at_value: whether the value is the time of the mark, in milliseconds.
    """
    return {
        "name": name,
        "datasource": METRICS,
        "enable": True,
        "iconColor": colour,
        "expr": query,
        "titleFormat": name,
        "textFormat": text,
        "useValueForTime": at_value,
    }


def _panel(kind: str, title: str, says: str, queries: Iterable[Query], *, width: int, height: int) -> Json:
    return {
        "type": kind,
        "title": title,
        "description": says,
        "datasource": METRICS,
        "gridPos": {"w": width, "h": height},
        "targets": [_target(letter, query) for letter, query in zip("ABCDEFGH", queries, strict=False)],
    }


def _target(letter: str, query: Query) -> Json:
    target: Json = {"refId": letter, "datasource": METRICS, "expr": query.expression, "range": True}
    if query.legend:
        target["legendFormat"] = query.legend
    if query.exemplars:
        target["exemplar"] = True
    return target


def _fields(unit: str, limits: Sequence[Limit], *, custom: Json | None = None, largest: float | None = None) -> Json:
    steps: list[Json] = [{"value": None, "color": "green"}]
    steps += [{"value": limit.value, "color": limit.colour} for limit in limits]
    defaults: Json = {"unit": unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if custom:
        defaults["custom"] = custom
    if largest is not None:
        defaults["max"] = largest
    return {"defaults": defaults, "overrides": []}


def _laid_out(rows: Mapping[str, Sequence[Json]]) -> list[Json]:
    panels: list[Json] = []
    y = 0
    for title, members in rows.items():
        panels.append({"type": "row", "title": title, "collapsed": False, "panels": []})
        panels[-1]["gridPos"] = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
        y += 1
        x = height = 0
        for panel in members:
            place = panel["gridPos"]
            if x + place["w"] > COLUMNS:
                x, y, height = 0, y + height, 0
            panels.append(panel | {"gridPos": {"x": x, "y": y, **place}})
            x, height = x + place["w"], max(height, place["h"])
        y += height
    return [{"id": number, **panel} for number, panel in enumerate(panels, start=1)]
