"""Grafana's dashboard: made by code, provisioned from files, and asking only for what there is."""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from observability.grafana import generate
from observability.grafana.panels import COLUMNS
from tests.observability.alerting import rule_files
from tests.observability.dashboards import NEED_JAEGER, expressions, panels
from tests.observability.servers import OBSERVABILITY, needs, program

GRAFANA = OBSERVABILITY / "grafana"
DASHBOARD = json.loads(generate.FILE.read_text())
PROVISIONED = GRAFANA / "provisioning"

COUNTED = 'service_name="app",span_kind="SPAN_KIND_SERVER"'
SPANS = {
    f'traces_span_metrics_calls_total{{{COUNTED},status_code="STATUS_CODE_UNSET"}}': "0+54x20",
    f'traces_span_metrics_calls_total{{{COUNTED},status_code="STATUS_CODE_ERROR"}}': "0+6x20",
    f'traces_span_metrics_duration_seconds_bucket{{{COUNTED},span_name="GET /",le="0.1"}}': "0+60x20",
    f'traces_span_metrics_duration_seconds_bucket{{{COUNTED},span_name="GET /",le="+Inf"}}': "0+60x20",
}
"""Named as Jaeger's configuration has them; their values, one a minute."""

OF_SPANS = {
    "Spans": ('{service_name="app", span_kind="SPAN_KIND_SERVER"}', 1.0),
    "Spans in error": (
        'service_name_kind:span_errors:ratio_rate5m{service_name="app", span_kind="SPAN_KIND_SERVER"}',
        0.1,
    ),
    "Latency of spans": ('{span_name="GET /"}', 0.099),
}
"""What the panels that need Jaeger show of them."""


def data_sources(file: str) -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load((PROVISIONED / "datasources" / file).read_text())["datasources"]
    return {each["uid"]: each for each in listed}


def test_the_file_is_what_the_code_makes() -> None:
    assert generate.service() == DASHBOARD, "run make dashboard"


def test_it_covers_golden_signals_saturation_deployments_budgets_and_traces() -> None:
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["Now", "Golden signals", "Error budgets", "Saturation", "Deployments", "Traces"]


def test_panels_lie_beside_and_below_each_other_and_none_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


def test_every_panel_has_a_title_of_its_own_says_what_it_shows_and_in_which_unit() -> None:
    titles = [panel["title"] for panel in panels()]
    assert len(set(titles)) == len(titles)
    for panel in panels():
        assert panel["description"].endswith(".")
        assert panel["targets"]
        assert panel["type"] == "heatmap" or panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("file", ["laptop.yaml", "aws.yaml"])
def test_data_sources_have_the_uids_that_the_dashboard_asks(file: str) -> None:
    sources = data_sources(file)
    asked = {source["uid"] for panel in panels() for source in (panel["datasource"], panel["targets"][0]["datasource"])}
    assert asked == {"metrics"}
    assert set(sources) == {"metrics", "traces"}


def test_exemplars_lead_to_traces_where_prometheus_keeps_them() -> None:
    sources = data_sources("laptop.yaml")
    assert "exemplarTraceIdDestinations" not in data_sources("aws.yaml")["metrics"]["jsonData"]
    assert sources["metrics"]["jsonData"]["exemplarTraceIdDestinations"] == [
        {"name": "trace_id", "datasourceUid": "traces"}
    ]
    assert sources["traces"]["type"] == "jaeger"
    assert [panel["title"] for panel in panels() if any(target.get("exemplar") for target in panel["targets"])] == [
        "Latency"
    ]


def test_links_search_jaeger_for_slow_and_failed_traces_on_aws_and_on_a_laptop() -> None:
    base_path = yaml.safe_load((OBSERVABILITY / "jaeger/config.yaml").read_text())["extensions"]["jaeger_query"][
        "base_path"
    ]
    port = yaml.safe_load((OBSERVABILITY / "compose.yaml").read_text())["services"]["jaeger"]["ports"][0].split(":")[1]
    (variable,) = DASHBOARD["templating"]["list"]
    found = {panel["title"]: [link["url"] for link in panel["links"]] for panel in panels() if "links" in panel}
    for urls in found.values():
        pages = [url.partition("?")[0] for url in urls]
        assert pages == [f"{base_path}/search", f"http://localhost:{port}{base_path}/search"]
    asked = {title: [parse_qs(urlsplit(url).query) for url in urls] for title, urls in found.items()}
    assert set(asked) == {"Latency", "Errors by route"}
    for searches in asked.values():
        assert searches[0] == searches[1]
        assert searches[0]["service"] == [f"${{{variable['name']}:percentencode}}"]
        assert searches[0]["start"] == ["${__from}000"]
    assert asked["Latency"][0]["minDuration"] == ["0.5s"]
    assert json.loads(asked["Errors by route"][0]["tags"][0]) == {"error": "true"}
    assert "traces_span_metrics_calls_total{" in variable["definition"]


def test_limits_are_those_of_slipway_toml_and_no_number_stands_for_them() -> None:
    shown = {panel["title"]: panel for panel in panels()}
    for title in ("Errors", "Slow"):
        assert "slo:objective:ratio" in shown[title]["targets"][0]["expr"]
        steps = shown[title]["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert [step["value"] for step in steps] == [None, 1, 14.4]
    for title, limit in {"CPU": "limit:cpu:cores", "Memory": "limit:memory:bytes"}.items():
        assert limit in shown[title]["targets"][1]["expr"]
        assert len(shown[title]["fieldConfig"]["defaults"]["thresholds"]["steps"]) == 1


def test_on_aws_requests_are_signed_by_the_plugin_that_the_image_brings() -> None:
    metrics = data_sources("aws.yaml")["metrics"]
    assert f"plugins install {metrics['type']} " in (GRAFANA / "Dockerfile").read_text()
    assert metrics["jsonData"]["sigV4Auth"] is True
    assert {metrics["url"], metrics["jsonData"]["sigV4Region"]} == {"${METRICS_URL}", "${AWS_REGION}"}


def test_the_image_has_the_files_that_it_is_provisioned_with() -> None:
    copied = [line.split()[1:] for line in (GRAFANA / "Dockerfile").read_text().splitlines() if line.startswith("COPY")]
    assert copied
    for source, _target in copied:
        assert (GRAFANA / source).exists()
    provider = yaml.safe_load((PROVISIONED / "dashboards" / "service.yaml").read_text())["providers"][0]
    assert ["dashboards/", f"{provider['options']['path']}/"] in copied


def test_every_metric_that_only_jaeger_has_is_in_a_panel_named_so() -> None:
    assert {panel["title"] for panel in panels()} >= NEED_JAEGER
    for title, expression in expressions(need_jaeger=False, rate_interval="5m"):
        assert "span" not in expression, title


@needs("promtool")
def test_panels_that_need_jaeger_show_what_it_counts(tmp_path: Path) -> None:
    looks = [
        {
            "expr": expression,
            "eval_time": "15m",
            "exp_samples": [{"labels": OF_SPANS[title][0], "value": OF_SPANS[title][1]}],
        }
        for title, expression in expressions(need_jaeger=True, rate_interval="5m")
    ]
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in SPANS.items()],
        "promql_expr_test": looks,
    }
    document = {"rule_files": [str(file) for file in rule_files()], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump(document))
    done = subprocess.run(
        [str(program("promtool")), "test", "rules", str(tmp_path / "panels.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(looks) == len(OF_SPANS)
