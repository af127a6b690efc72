"""`telemetry` of an environment and its tables: every rule, by the line that a user sees."""

from typing import Any

import pytest

from tests.configuration.conftest import CERTIFICATE, Problems, Read

PROD = "environments.prod"
ARN = CERTIFICATE.format(region="eu-central-1", account="222222222222")
ELSEWHERE = CERTIFICATE.format(region="eu-west-1", account="222222222222")
ZONE = {"hosted_zone_id": "Z0123456789ABC", "hosted_zone": "example.com"}
DASHBOARDS: dict[str, Any] = {"domain": "watch.example.com", "certificate_arn": ARN}
TASK: dict[str, Any] = {"cpu": 512, "memory": 1024}
FULL: dict[str, Any] = {
    f"{PROD}.telemetry": "full",
    f"{PROD}.task": TASK,
    f"{PROD}.dashboards": DASHBOARDS,
}


def test_without_a_word_of_it_signals_go_to_cloudwatch_alone(read: Read) -> None:
    environment = read({}).environment("prod")
    assert not environment.collects_telemetry
    assert not environment.publishes_images


def test_full_telemetry_has_usual_objectives_and_a_sampling_of_ten_percent(read: Read) -> None:
    environment = read(FULL).environment("prod")
    assert environment.collects_telemetry
    assert environment.publishes_images
    assert (environment.objectives.availability_percent, environment.objectives.latency_percent) == (99.9, 99.0)
    assert (environment.tracing.sample_percent, environment.tracing.xray) == (10.0, False)


@pytest.mark.parametrize(
    "changes",
    [
        {f"{PROD}.dashboards": {"domain": "watch.example.com", **ZONE}},
        {f"{PROD}.dashboards": {"domain": "example.com", **ZONE}},
        {f"{PROD}.tracing": {"sample_percent": 0.0, "xray": True}},
        {f"{PROD}.tracing": {"sample_percent": 100.0}},
        {f"{PROD}.objectives": {"availability_percent": 99.99, "latency_percent": 95.0}},
        {f"{PROD}.network": {"cidr": "10.10.0.0/16", "nat": "endpoints"}},
    ],
)
def test_what_can_be_chosen(changes: dict[str, Any], problems: Problems) -> None:
    assert problems(FULL | changes) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({f"{PROD}.telemetry": "all"}, "telemetry: must be 'cloudwatch' or 'full', is 'all'"),
        (
            {f"{PROD}.load_balancer": {"plain_http": True}},
            "telemetry: must be 'cloudwatch' with load_balancer.plain_http: people sign in to Grafana and Jaeger, "
            "which takes HTTPS",
        ),
        (
            {f"{PROD}.task": {"cpu": 256, "memory": 512}},
            "telemetry: must be 'cloudwatch' with task.memory below 1024: a collector runs beside the service",
        ),
        (
            {f"{PROD}.task": {**TASK, "variables": {"OTEL_SERVICE_NAME": "mine"}}},
            "telemetry: must be 'cloudwatch' with OTEL_SERVICE_NAME in task: the service stack itself sets it "
            "otherwise",
        ),
        (
            {f"{PROD}.dashboards": {"domain": "watch.example.com"}},
            "dashboards: must have either certificate_arn, or hosted_zone_id and hosted_zone",
        ),
        (
            {f"{PROD}.dashboards": {**DASHBOARDS, **ZONE}},
            "dashboards: must have either certificate_arn, or hosted_zone_id and hosted_zone",
        ),
        (
            {f"{PROD}.dashboards": {"domain": "watch.example.com", "hosted_zone": "example.com"}},
            "dashboards.hosted_zone_id: is required with hosted_zone",
        ),
        (
            {f"{PROD}.dashboards": {"domain": "watch.example.com", "hosted_zone_id": "Z0123456789ABC"}},
            "dashboards.hosted_zone: is required with hosted_zone_id",
        ),
        (
            {f"{PROD}.dashboards": {"domain": "watch.example.org", **ZONE}},
            "dashboards.hosted_zone: must hold the domain 'watch.example.org', is 'example.com'",
        ),
        (
            {f"{PROD}.dashboards": {"domain": f"{'a' * 60}.example.com", **ZONE}},
            "dashboards.domain: must be at most 64 characters for ACM to issue a certificate, is 72",
        ),
        (
            {f"{PROD}.dashboards": {**DASHBOARDS, "certificate_arn": ELSEWHERE}},
            "dashboards.certificate_arn: must be in region eu-central-1, is in eu-west-1",
        ),
        (
            {f"{PROD}.load_balancer": {"certificate_arn": ARN, "domain": "watch.example.com"}},
            "dashboards.domain: must differ from load_balancer.domain, is 'watch.example.com' too",
        ),
        ({f"{PROD}.tracing": {"sample_percent": 101.0}}, "tracing.sample_percent: must be at most 100, is 101.0"),
        (
            {f"{PROD}.objectives": {"availability_percent": 100.0}},
            "objectives.availability_percent: must be less than 100, is 100.0",
        ),
        (
            {f"{PROD}.objectives": {"latency_percent": 90.0}},
            "objectives.latency_percent: must be at least 95, is 90.0",
        ),
    ],
)
def test_what_cannot_be_collected_is_said_in_one_line(changes: dict[str, Any], line: str, problems: Problems) -> None:
    assert problems(FULL | changes) == [f"slipway.toml: {PROD}.{line}"]


def test_people_have_to_be_able_to_look_at_what_is_collected(problems: Problems) -> None:
    assert problems({key: value for key, value in FULL.items() if not key.endswith("dashboards")}) == [
        f"slipway.toml: {PROD}.dashboards: is required with telemetry = 'full': where people reach Grafana and Jaeger"
    ]


@pytest.mark.parametrize("table", ["tracing", "objectives"])
def test_a_table_that_would_have_no_effect_is_refused(table: str, problems: Problems) -> None:
    assert problems({f"{PROD}.{table}": {}}) == [
        f"slipway.toml: {PROD}.{table}: must not be given without telemetry = 'full': nothing would come of it"
    ]


def test_dashboards_of_nothing_are_refused(problems: Problems) -> None:
    assert problems({f"{PROD}.dashboards": DASHBOARDS}) == [
        f"slipway.toml: {PROD}.dashboards: must not be given without telemetry = 'full': there would be neither "
        "Grafana nor Jaeger"
    ]


def test_the_sandbox_has_no_prometheus(problems: Problems) -> None:
    lines = problems({"environments.sandbox.telemetry": "full"})
    assert lines[0] == (
        "slipway.toml: environments.sandbox.telemetry: must be 'cloudwatch' in sandbox: the emulated AWS has no "
        "Prometheus and no user pools"
    )


def test_an_environment_whose_name_cognito_refuses_is_told_so(problems: Problems) -> None:
    dashboards = {
        "domain": "watch.example.com",
        "certificate_arn": CERTIFICATE.format(region="eu-central-1", account="333333333333"),
    }
    table = {
        "account": "333333333333",
        "region": "eu-central-1",
        "availability_zones": ["eu-central-1a", "eu-central-1b"],
        "network": {"cidr": "10.10.0.0/16"},
        "load_balancer": {"certificate_arn": CERTIFICATE.format(region="eu-central-1", account="333333333333")},
        "task": TASK,
        "telemetry": "full",
        "dashboards": dashboards,
    }
    assert problems({"environments.on-aws": table}) == [
        "slipway.toml: environments.on-aws.telemetry: must be 'cloudwatch' in an environment with 'aws' in its name, "
        "which Cognito takes in no domain"
    ]


@pytest.mark.parametrize("name", ["prod-service", "prod-prometheus", "prod-dashboards-eu", "prod-observability"])
def test_an_environment_is_not_taken_for_a_stack_of_another(name: str, problems: Problems, read: Read) -> None:
    table = read({}).environment("prod").model_dump(exclude_unset=True, mode="json", exclude={"name"})
    (line,) = problems({f"environments.{name}": table})
    beginning = "-".join(name.split("-")[:2])
    assert line == (
        f"slipway.toml: environments: {name} begins with {beginning}, as the resources of prod do; call it otherwise"
    )
