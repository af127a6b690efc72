"""The collector beside other containers of a task, and what it is configured to do."""

import re
from typing import Any

import pytest
import yaml
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from slipway_constructs.services.collector import Collector, rendered
from tests.conftest import PROJECT
from tests.slipway_constructs.conftest import new_stack, only

TEXTS = {
    "REGION": "eu-central-1",
    "PORT": "8000",
    "REMOTE_WRITE_URL": "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write",
    "JAEGER_URL": "http://jaeger.slipway-prod.internal:4318",
    "EXTENSIONS": "health_check, sigv4auth/metrics, sigv4auth/traces",
    "TRACE_EXPORTERS": "otlp_http/jaeger, otlp_http/xray",
}

# What aws-otel-collector v0.49.0 is built with (pkg/defaultcomponents/defaults.go), by the types that the components of
# 0.156 register (internal/metadata/generated_status.go of each), without the deprecated aliases.
COMPONENTS = {
    "extensions": {"awsproxy", "ecs_observer", "file_storage", "health_check", "pprof", "sigv4auth", "zpages"},
    "receivers": {
        *("awscontainerinsightreceiver", "awsecscontainermetrics", "awsxray", "file_log", "jaeger", "kafka", "otlp"),
        *("prometheus", "statsd", "zipkin"),
    },
    "processors": {
        *("attributes", "batch", "cumulativetodelta", "deltatorate", "filter", "groupbytrace", "k8s_attributes"),
        *("memory_limiter", "metrics_transform", "metricsgeneration", "probabilistic_sampler", "resource"),
        *("resource_detection", "span", "tail_sampling"),
    },
    "exporters": {
        *("awscloudwatchlogs", "awsemf", "awsxray", "datadog", "debug", "file", "kafka", "load_balancing", "logzio"),
        *("otlp_grpc", "otlp_http", "prometheus", "prometheus_remote_write", "signalfx"),
    },
}


def configuration(name: str) -> dict[str, Any]:
    text = (PROJECT / "observability" / "collector" / f"{name}.yaml").read_text()
    loaded: dict[str, Any] = yaml.safe_load(rendered(text, **TEXTS))
    return loaded


@pytest.fixture(scope="module")
def containers() -> dict[str, Any]:
    stack = new_stack()
    task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    service = task.add_container("Service", container_name="service", image=ecs.ContainerImage.from_registry("it"))
    collector = Collector(
        stack,
        "Collector",
        task=task,
        image=ecs.ContainerImage.from_registry("collector"),
        configuration="extensions: {}",
        cpu=64,
        memory_mib=256,
        log_retention=logs.RetentionDays.ONE_WEEK,
        log_removal_policy=RemovalPolicy.DESTROY,
    )
    collector.outlive(service)
    definitions = only(stack, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return {each["Name"]: each for each in definitions}


def test_neither_its_end_nor_its_failed_checks_are_the_tasks(containers: dict[str, Any]) -> None:
    assert containers["collector"]["Essential"] is False
    assert containers["service"]["Essential"] is True


def test_ecs_starts_it_again_where_it_was(containers: dict[str, Any]) -> None:
    assert containers["collector"]["RestartPolicy"] == {"Enabled": True, "RestartAttemptPeriod": 60}


def test_the_service_needs_it_to_have_started_and_nothing_more(containers: dict[str, Any]) -> None:
    assert containers["service"]["DependsOn"] == [{"ContainerName": "collector", "Condition": "START"}]
    assert "DependsOn" not in containers["collector"]


def test_it_is_confined_and_takes_no_more_than_its_share(containers: dict[str, Any]) -> None:
    collector = containers["collector"]
    assert (collector["Cpu"], collector["Memory"]) == (64, 256)
    assert collector["ReadonlyRootFilesystem"] is True
    assert collector["User"] == "4317"
    assert collector["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    variables = {each["Name"]: each["Value"] for each in collector["Environment"]}
    assert variables == {"AOT_CONFIG_CONTENT": "extensions: {}", "GOMEMLIMIT": "204MiB"}


def test_its_health_is_asked_without_a_shell(containers: dict[str, Any]) -> None:
    assert containers["collector"]["HealthCheck"]["Command"] == ["CMD", "/healthcheck", "--port=13133"]


def test_its_logs_cannot_stop_it(containers: dict[str, Any]) -> None:
    options = containers["collector"]["LogConfiguration"]["Options"]
    assert (options["mode"], options["awslogs-stream-prefix"]) == ("non-blocking", "collector")


@pytest.mark.parametrize("name", ["service", "jaeger"])
def test_it_is_made_of_components_that_the_image_has_under_their_present_names(name: str) -> None:
    config = configuration(name)
    assert set(config) == {*COMPONENTS, "service"}
    for kind, known in COMPONENTS.items():
        assert {each.partition("/")[0] for each in config[kind]} <= known


@pytest.mark.parametrize("name", ["service", "jaeger"])
def test_pipelines_and_authenticators_name_what_there_is(name: str) -> None:
    config = configuration(name)
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    for pipeline in config["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= set(config[kind])
        assert (pipeline["processors"][0], pipeline["processors"][-1]) == ("memory_limiter", "batch")
    for exporter in config["exporters"].values():
        assert exporter.get("auth", {}).get("authenticator", "sigv4auth/metrics") in config["extensions"]


@pytest.mark.parametrize("name", ["service", "jaeger"])
def test_it_keeps_little_of_what_cannot_be_delivered(name: str) -> None:
    config = configuration(name)
    for exporter in config["exporters"].values():
        queue = exporter.get("sending_queue") or exporter["remote_write_queue"]
        assert queue["queue_size"] <= 1000
        assert exporter["retry_on_failure"]["max_elapsed_time"] in {"1m", "5m"}


def test_nothing_but_the_task_itself_reaches_it() -> None:
    config = configuration("service")
    assert config["receivers"]["otlp"]["protocols"] == {"http": {"endpoint": "127.0.0.1:4318"}}
    assert config["extensions"]["health_check"]["endpoint"] == "127.0.0.1:13133"
    (scraped,) = config["receivers"]["prometheus"]["config"]["scrape_configs"]
    assert (scraped["job_name"], scraped["static_configs"]) == ("service", [{"targets": ["127.0.0.1:8000"]}])


def test_series_of_tasks_do_not_collide_and_keep_the_names_that_rules_read() -> None:
    config = configuration("service")
    assert config["processors"]["resource/task"]["attributes"] == [
        {"key": "service.instance.id", "from_attribute": "aws.ecs.task.id", "action": "upsert"}
    ]
    processors = config["service"]["pipelines"]["metrics"]["processors"]
    assert processors.index("resource_detection") < processors.index("resource/task")
    for name in ("service", "jaeger"):
        writer = configuration(name)["exporters"]["prometheus_remote_write"]
        assert writer["translation_strategy"] == "UnderscoreEscapingWithoutSuffixes"
        assert writer["disable_scope_info"] is True


def test_jaegers_collector_does_not_take_its_health_port() -> None:
    assert configuration("jaeger")["extensions"]["health_check"]["endpoint"] == "127.0.0.1:13134"
    jaeger = (PROJECT / "observability" / "jaeger" / "config.yaml").read_text()
    assert re.search(r"endpoint: .*:13133", jaeger)
    assert re.search(r"endpoint: .*:8889", jaeger)


def test_a_place_that_nothing_fills_is_an_error() -> None:
    with pytest.raises(KeyError):
        rendered("region: ${REGION}")
    with pytest.raises(ValueError, match="Invalid placeholder"):
        rendered("regex: (.*)$")


def test_its_log_group_goes_with_the_stack_if_it_is_to() -> None:
    stack: Stack = new_stack()
    Collector(
        stack,
        "Collector",
        task=ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024),
        image=ecs.ContainerImage.from_registry("collector"),
        configuration="",
        cpu=64,
        memory_mib=256,
        log_retention=logs.RetentionDays.THREE_MONTHS,
        log_removal_policy=RemovalPolicy.DESTROY,
        health_port=13134,
    )
    assert only(stack, "AWS::Logs::LogGroup")["RetentionInDays"] == 90
    (container,) = only(stack, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    assert container["HealthCheck"]["Command"][-1] == "--port=13134"
