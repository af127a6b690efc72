"""What telemetry = "full" adds to an environment, and to no other."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from configuration.load_balancer import MAX_PATHS
from tests.conftest import Template, resources, templates_of
from tests.observability.aws_definition import text_of

TASK_DEFINITION = "AWS::ECS::TaskDefinition"
TELEMETRY_VARIABLES = {
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_SERVICE_NAME",
    "OTEL_RESOURCE_ATTRIBUTES",
}


def container(template: Template, name: str) -> dict[str, Any]:
    (found,) = [
        each
        for definition in resources(template, TASK_DEFINITION)
        for each in definition["ContainerDefinitions"]
        if each["Name"] == name
    ]
    return dict(found)


def variables(container: Mapping[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in container["Environment"]}


@pytest.fixture(scope="module")
def service(templates: Mapping[str, Template]) -> Template:
    return templates["slipway-prod-service"]


@pytest.fixture(scope="module")
def dashboards(templates: Mapping[str, Template]) -> Template:
    return templates["slipway-prod-dashboards"]


@pytest.mark.parametrize("environment", ["dev", "sandbox"])
def test_without_it_nothing_is_added(environment: str, templates: Mapping[str, Template]) -> None:
    assert f"slipway-{environment}-prometheus" not in templates
    assert f"slipway-{environment}-dashboards" not in templates
    (definition,) = resources(templates[f"slipway-{environment}-service"], TASK_DEFINITION)
    (only,) = definition["ContainerDefinitions"]
    assert "Cpu" not in only
    assert not TELEMETRY_VARIABLES & set(variables(only))
    assert "aps.amazonaws.com" not in json.dumps(templates[f"slipway-{environment}-telemetry"])


def test_the_service_traces_to_the_collector_beside_it(service: Template) -> None:
    found = variables(container(service, "service"))
    assert found["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"
    assert found["OTEL_TRACES_SAMPLER_ARG"] == "0.1"
    assert found["OTEL_SERVICE_NAME"] == "slipway-prod"
    assert found["OTEL_RESOURCE_ATTRIBUTES"]["Fn::Join"][1] == [
        "deployment.environment.name=prod,service.version=",
        {"Ref": "ImageTag"},
    ]


def test_the_task_is_divided_between_both_containers(service: Template) -> None:
    (definition,) = resources(service, TASK_DEFINITION)
    assert sum(each["Cpu"] for each in definition["ContainerDefinitions"]) == int(definition["Cpu"])
    assert "Memory" not in container(service, "service")  # all that the collector may not take


def test_the_collector_writes_to_the_workspace_and_to_jaeger_and_to_nothing_else(service: Template) -> None:
    written = variables(container(service, "collector"))["AOT_CONFIG_CONTENT"]
    config = yaml.safe_load(text_of(written))
    assert config["service"]["pipelines"]["traces"]["exporters"] == ["otlp_http/jaeger"]
    assert config["exporters"]["otlp_http/jaeger"]["endpoint"] == "http://jaeger.slipway-prod.internal:4318"
    url = config["exporters"]["prometheus_remote_write"]["endpoint"]
    assert url.startswith("https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/")
    assert url.endswith("/api/v1/remote_write")
    assert "xray" not in json.dumps(resources(service, "AWS::IAM::Policy"))


def test_xray_is_written_to_only_where_that_is_asked_for(variants: CloudAssembly) -> None:
    service = templates_of(variants)["slipway-everything-service"]
    config = yaml.safe_load(text_of(variables(container(service, "collector"))["AOT_CONFIG_CONTENT"]))
    assert config["service"]["pipelines"]["traces"]["exporters"] == ["otlp_http/jaeger", "otlp_http/xray"]
    assert config["service"]["extensions"] == ["health_check", "sigv4auth/metrics", "sigv4auth/traces"]
    assert config["receivers"]["prometheus"]["config"]["scrape_configs"][0]["static_configs"] == [
        {"targets": ["127.0.0.1:9000"]}
    ]
    assert "xray:PutSpans" in json.dumps(resources(service, "AWS::IAM::Policy"))
    assert variables(container(service, "service"))["OTEL_TRACES_SAMPLER_ARG"] == "0.025"


def test_no_stack_switches_anything_on_for_the_whole_account(variants: CloudAssembly) -> None:
    types = {each["Type"] for template in templates_of(variants).values() for each in template["Resources"].values()}
    assert not {each for each in types if each.startswith(("AWS::XRay::", "AWS::ApplicationSignals::"))}


def test_the_objectives_of_slipway_toml_are_those_of_the_alerts(variants: CloudAssembly) -> None:
    namespaces = resources(templates_of(variants)["slipway-everything-prometheus"], "AWS::APS::RuleGroupsNamespace")
    (data,) = [each["Data"] for each in namespaces if each["Name"] == "objectives"]
    (group,) = yaml.safe_load(data)["groups"]
    assert {each["labels"]["slo"]: each["expr"] for each in group["rules"]} == {
        "availability": "vector(0.9995)",
        "latency": "vector(0.98)",
    }


def test_the_topics_admit_the_alert_manager_of_this_account(templates: Mapping[str, Template]) -> None:
    template = templates["slipway-prod-telemetry"]
    (key,) = resources(template, "AWS::KMS::Key")
    documents = [each["PolicyDocument"] for each in resources(template, "AWS::SNS::TopicPolicy")[:2]]
    for document in (*documents, key["KeyPolicy"]):
        statements = [each for each in document["Statement"] if "aps.amazonaws.com" in json.dumps(each)]
        assert statements
        assert all(each["Condition"]["StringEquals"] == {"aws:SourceAccount": "222222222222"} for each in statements)


def test_both_are_reached_by_those_alone_who_have_signed_in(dashboards: Template) -> None:
    rules = sorted(
        resources(dashboards, "AWS::ElasticLoadBalancingV2::ListenerRule"), key=lambda rule: rule["Priority"]
    )
    conditions = [
        {
            each["Field"]: next(value["Values"] for key, value in each.items() if key != "Field")
            for each in rule["Conditions"]
        }
        for rule in rules
    ]
    assert conditions == [
        {"host-header": ["watch.example.com"], "path-pattern": ["/jaeger", "/jaeger/*"]},
        {"host-header": ["watch.example.com"]},
    ]
    for rule in rules:
        assert min(rule["Actions"], key=lambda action: action["Order"])["Type"] == "authenticate-cognito"


def test_their_rules_come_between_the_private_paths_and_the_services_own(
    dashboards: Template, variants: CloudAssembly
) -> None:
    rules = resources(dashboards, "AWS::ElasticLoadBalancingV2::ListenerRule")
    others = [
        rule["Priority"]
        for name, template in templates_of(variants).items()
        if name.endswith("-service")
        for rule in resources(template, "AWS::ElasticLoadBalancingV2::ListenerRule")
    ]
    own = {rule["Priority"] for rule in rules}
    assert all(priority < min(own) or priority > max(own) for priority in others)
    assert min(own) > MAX_PATHS


def test_only_the_service_sends_traces_and_only_the_load_balancer_and_grafana_ask_for_them(
    dashboards: Template,
) -> None:
    (jaeger,) = [
        name
        for name, each in dashboards["Resources"].items()
        if each["Type"] == "AWS::EC2::SecurityGroup" and "jaeger" in each["Properties"]["GroupDescription"]
    ]
    inline = dashboards["Resources"][jaeger]["Properties"]["SecurityGroupIngress"]
    separate = [
        each
        for each in resources(dashboards, "AWS::EC2::SecurityGroupIngress")
        if each["GroupId"] == {"Fn::GetAtt": [jaeger, "GroupId"]}
    ]
    by_port: dict[int, list[str]] = {}
    for each in (*inline, *separate):
        assert "CidrIp" not in each
        by_port.setdefault(each["FromPort"], []).append(json.dumps(each["SourceSecurityGroupId"]))
    assert set(by_port) == {4318, 16686}
    (sender,) = by_port[4318]
    assert "WebService" in sender
    assert len(by_port[16686]) == 2


def test_the_load_balancer_may_ask_cognito(dashboards: Template) -> None:
    open_to_all = [each for each in resources(dashboards, "AWS::EC2::SecurityGroupEgress") if "CidrIp" in each]
    assert [(each["CidrIp"], each["FromPort"], each["ToPort"]) for each in open_to_all] == [("0.0.0.0/0", 443, 443)]


def test_grafana_finds_its_data_and_lets_nobody_change_anything(dashboards: Template) -> None:
    found = variables(container(dashboards, "grafana"))
    assert (found["GF_AUTH_ANONYMOUS_ENABLED"], found["GF_AUTH_ANONYMOUS_ORG_ROLE"]) == ("true", "Viewer")
    assert found["GF_SERVER_ROOT_URL"] == "https://watch.example.com/"
    assert found["TRACES_URL"] == "http://jaeger.slipway-prod.internal:16686/jaeger"
    assert found["AWS_REGION"] == "eu-central-1"
    (secret,) = container(dashboards, "grafana")["Secrets"]
    assert secret["Name"] == "GF_SECURITY_ADMIN_PASSWORD"
    (password,) = resources(dashboards, "AWS::SecretsManager::Secret")
    assert "SecretString" not in password
    assert password["GenerateSecretString"]["PasswordLength"] == 32


def test_tasks_have_public_addresses_only_where_the_network_gives_no_other_way(
    dashboards: Template, configuration: Configuration
) -> None:
    assert not configuration.environment("prod").network.public_addresses
    services = resources(dashboards, "AWS::ECS::Service")
    assert len(services) == 2
    for each in services:
        assert each["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


def test_where_they_are_is_told(dashboards: Template) -> None:
    outputs = {name: each["Value"] for name, each in dashboards["Outputs"].items()}
    assert outputs["GrafanaUrl"] == "https://watch.example.com/"
    assert outputs["JaegerUrl"] == "https://watch.example.com/jaeger"


def test_a_hosted_zone_gets_the_record_and_proves_the_certificate(variants: CloudAssembly) -> None:
    template = templates_of(variants)["slipway-everything-dashboards"]
    (record,) = resources(template, "AWS::Route53::RecordSet")
    (certificate,) = resources(template, "AWS::CertificateManager::Certificate")
    assert (record["Name"], certificate["DomainName"]) == ("watch.example.com.", "watch.example.com")
    (added,) = resources(template, "AWS::ElasticLoadBalancingV2::ListenerCertificate")
    assert "Site" in json.dumps(added["Certificates"])
