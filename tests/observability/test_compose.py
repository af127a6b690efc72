"""The laptop's containers: the same files as on AWS, ports on loopback only, and names that fit each other."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.observability.servers import OBSERVABILITY, needs, program

COMPOSE = OBSERVABILITY / "compose.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
JAEGER = yaml.safe_load((OBSERVABILITY / "jaeger" / "config.yaml").read_text())

LISTENS = {
    "app": {8000},
    "prometheus": {9090},
    "alertmanager": {9093},
    "notifications": {8080},
    "jaeger": {4318, 8889, 13133, 16686},
    "grafana": {3000},
}
"""The ports inside the containers."""


def mounts() -> list[tuple[str, str, str]]:
    """Container, file here, file there."""
    found = []
    for name, service in SERVICES.items():
        for mount in service.get("volumes", []):
            source, target, *_ = mount.split(":")
            if source.startswith("."):
                found.append((name, source, target))
    return found


@needs("docker-compose")
def test_docker_compose_accepts_it() -> None:
    done = subprocess.run(
        [str(program("docker-compose")), "--file", str(COMPOSE), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_it_is_as_the_specification_of_compose_has_it() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [str(checker), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("service", "source", "target"), mounts())
def test_every_file_that_is_mounted_exists_and_cannot_be_changed(service: str, source: str, target: str) -> None:
    assert (OBSERVABILITY / source).exists()
    assert f"{source}:{target}:ro" in SERVICES[service]["volumes"]


def test_prometheus_finds_the_rules_where_its_configuration_looks_for_them() -> None:
    configuration = yaml.safe_load((OBSERVABILITY / "prometheus" / "prometheus.yaml").read_text())
    there = {target: source for name, source, target in mounts() if name == "prometheus"}
    for pattern in configuration["rule_files"]:
        assert (
            there[f"/etc/prometheus/{pattern.removesuffix('/*.yaml')}"]
            == f"./prometheus/{pattern.removesuffix('/*.yaml')}"
        )
    assert there["/etc/prometheus/prometheus.yaml"] == "./prometheus/prometheus.yaml"


def test_grafana_is_provisioned_from_the_files_that_aws_gets_and_the_laptops_data_sources() -> None:
    there = {target: source for name, source, target in mounts() if name == "grafana"}
    assert there == {
        "/etc/grafana/provisioning/dashboards": "./grafana/provisioning/dashboards",
        "/etc/grafana/provisioning/datasources/laptop.yaml": "./grafana/provisioning/datasources/laptop.yaml",
        "/etc/grafana/dashboards": "./grafana/dashboards",
    }


def test_grafana_asks_nobody_outside_on_a_laptop_as_on_aws() -> None:
    switch = re.compile(r"\b(GF_(?:PLUGINS|ANALYTICS|NEWS)_\w+)=(\w+)")
    on_aws = dict(switch.findall((OBSERVABILITY / "grafana" / "Dockerfile").read_text()))
    here = dict(
        switch.findall(" ".join(f"{name}={value}" for name, value in SERVICES["grafana"]["environment"].items()))
    )
    assert here == on_aws
    assert {"GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED", "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES"} <= set(here)


def test_ports_are_open_to_this_machine_alone() -> None:
    for service in SERVICES.values():
        for port in service["ports"]:
            assert port.startswith("127.0.0.1:"), port


def test_no_container_has_more_rights_than_it_needs() -> None:
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_every_host_that_a_configuration_names_is_a_container_that_listens_there() -> None:
    files = [
        *OBSERVABILITY.glob("prometheus/*.yaml"),
        *OBSERVABILITY.glob("alertmanager/*.yaml"),
        OBSERVABILITY / "alertmanager" / "start.sh",
        OBSERVABILITY / "grafana/provisioning/datasources/laptop.yaml",
        COMPOSE,
    ]
    named = {
        (host, int(port))
        for file in files
        for host, port in re.findall(rf"\b({'|'.join(LISTENS)}):(\d{{4,5}})\b", file.read_text())
    }
    assert {host for host, _ in named} == set(LISTENS) - {"grafana"}
    for host, port in named:
        assert port in LISTENS[host], (host, port)


def test_jaeger_listens_where_it_is_sent_to_asked_and_scraped() -> None:
    endpoints = [
        JAEGER["receivers"]["otlp"]["protocols"]["http"]["endpoint"],
        JAEGER["extensions"]["jaeger_query"]["http"]["endpoint"],
        JAEGER["exporters"]["prometheus"]["endpoint"],
        JAEGER["extensions"]["healthcheckv2"]["http"]["endpoint"],
    ]
    assert {int(endpoint.rpartition(":")[2]) for endpoint in endpoints} == LISTENS["jaeger"]
    assert SERVICES["app"]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://jaeger:4318"
    sources = yaml.safe_load((OBSERVABILITY / "grafana/provisioning/datasources/laptop.yaml").read_text())[
        "datasources"
    ]
    base_path = JAEGER["extensions"]["jaeger_query"]["base_path"]
    assert sources[1]["url"] == f"http://jaeger:16686{base_path}"


def test_jaeger_wires_only_what_it_defines_and_defines_nothing_in_vain() -> None:
    pipelines = JAEGER["service"]["pipelines"].values()
    used = {part for pipeline in pipelines for parts in pipeline.values() for part in parts}
    used |= set(JAEGER["service"]["extensions"])
    defined = {
        part for kind in ("extensions", "receivers", "processors", "connectors", "exporters") for part in JAEGER[kind]
    }
    assert used == defined


def test_jaeger_keeps_a_bounded_number_of_traces_and_counts_spans_under_the_names_that_rules_read() -> None:
    backend = JAEGER["extensions"]["jaeger_storage"]["backends"]["memory"]["memory"]
    assert re.search(r"-(\d+)}", backend["max_traces"])
    counted = JAEGER["connectors"]["spanmetrics"]
    prefix = counted["namespace"].replace(".", "_")
    rules = (OBSERVABILITY / "prometheus/rules/traces.yaml").read_text()
    assert f"{prefix}_calls_total" in rules
    assert counted["histogram"]["unit"] == "s"
    assert f"{prefix}_duration_seconds_bucket" in (OBSERVABILITY / "grafana/dashboards/service.json").read_text()


def test_images_are_of_one_version_each_also_where_aws_builds_on_them() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if "image" in service}
    for image in images.values():
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-slim)?", image), image
    for name in ("grafana", "jaeger"):
        assert f"FROM {images[name]}\n" in (OBSERVABILITY / name / "Dockerfile").read_text()


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "app"])
def test_every_container_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_the_service_has_its_health_check_in_the_image() -> None:
    assert "HEALTHCHECK" in (OBSERVABILITY / SERVICES["app"]["build"] / "Dockerfile").read_text()


@pytest.mark.parametrize("name", ["grafana", "jaeger"])
def test_hadolint_finds_nothing_in_the_images_of_aws(name: str) -> None:
    checker = Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [str(checker), str(OBSERVABILITY / name / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
