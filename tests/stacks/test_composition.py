"""Which stacks there are, what they are called, and how an environment's settings reach them."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

import app as application
from configuration import Configuration
from configuration.task import Task
from tests.conftest import Template, resources, templates_of
from tests.slipway_constructs import dockerfile

OF_AN_ENVIRONMENT = ("network", "telemetry", "service", "observability")
WITH_TELEMETRY = ("network", "telemetry", "prometheus", "service", "dashboards", "observability")
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"


def deployed_as(assembly: CloudAssembly) -> list[tuple[str, str, str]]:
    """Account, region and name of every stack in AWS."""
    return sorted((each.environment.account, each.environment.region, each.stack_name) for each in assembly.stacks)


def test_stacks_are_called_by_their_environment_and_lie_in_its_account_and_region(assembly: CloudAssembly) -> None:
    dev, prod = ("111111111111", "eu-central-1"), ("222222222222", "eu-central-1")
    assert deployed_as(assembly) == sorted(
        [
            (*dev, "slipway-identity"),
            (*prod, "slipway-identity"),
            (*prod, "slipway-registry"),
            *((*dev, f"slipway-dev-{stack}") for stack in OF_AN_ENVIRONMENT),
            *((*prod, f"slipway-prod-{stack}") for stack in WITH_TELEMETRY),
        ]
    )


def test_one_environment_alone_still_shares_with_all_others(
    configuration: Configuration, assembly: CloudAssembly
) -> None:
    alone = templates_of(application.build_app(configuration.select(), environments=["dev"]).synth())
    everything = templates_of(assembly)

    assert {name for name in alone if "prod" in name} == set()
    assert alone == {name: template for name, template in everything.items() if "prod" not in name}


def test_the_sandbox_has_the_same_stacks_and_no_one_elses(sandbox_assembly: CloudAssembly) -> None:
    here = ("000000000000", "us-east-1")
    assert deployed_as(sandbox_assembly) == sorted(
        [
            (*here, "slipway-identity"),
            (*here, "slipway-registry"),
            *((*here, f"slipway-sandbox-{stack}") for stack in OF_AN_ENVIRONMENT),
        ]
    )


def test_environments_in_two_regions_of_an_account_share_its_identity(one_account: CloudAssembly) -> None:
    places = {name: (account, region) for account, region, name in deployed_as(one_account)}
    assert places["slipway-identity"] == ("222222222222", "eu-central-1")
    assert places["slipway-staging-service"] == ("222222222222", "eu-west-1")
    assert len(places) == 2 + len(OF_AN_ENVIRONMENT) + len(WITH_TELEMETRY)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_certificate_makes_https_the_way_in(environment: str, templates: Mapping[str, Template]) -> None:
    template = templates[f"slipway-{environment}-service"]
    listeners = {each["Protocol"]: each for each in resources(template, LISTENER)}
    assert [each["Type"] for each in listeners["HTTPS"]["DefaultActions"]] == ["forward"]
    assert [each["Type"] for each in listeners["HTTP"]["DefaultActions"]] == ["redirect"]
    assert template["Outputs"]["Url"]["Value"]["Fn::Join"][1][0] == "https://"


def test_plain_http_is_forwarded_where_it_was_asked_for(
    templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    for template in (templates["slipway-sandbox-service"], templates_of(one_account)["slipway-staging-service"]):
        (listener,) = resources(template, LISTENER)
        assert listener["Protocol"] == "HTTP"
        assert [each["Type"] for each in listener["DefaultActions"]] == ["forward"]
        assert template["Outputs"]["Url"]["Value"]["Fn::Join"][1][0] == "http://"


@pytest.mark.parametrize("environment", ["dev", "prod", "sandbox"])
def test_what_slipway_toml_says_of_an_environment_is_deployed(
    environment: str, templates: Mapping[str, Template], configuration: Configuration
) -> None:
    expected = configuration.environment(environment)
    service, network = (templates[f"slipway-{environment}-{stack}"] for stack in ("service", "network"))
    (scaling,) = resources(service, "AWS::ApplicationAutoScaling::ScalableTarget")
    assert (scaling["MinCapacity"], scaling["MaxCapacity"]) == (expected.tasks.min, expected.tasks.max)
    (task_definition,) = resources(service, "AWS::ECS::TaskDefinition")
    assert (task_definition["Cpu"], task_definition["Memory"]) == (str(expected.task.cpu), str(expected.task.memory))
    (vpc,) = resources(network, "AWS::EC2::VPC")
    assert vpc["CidrBlock"] == str(expected.network.cidr)
    gateways = {"none": 0, "gateway": 1, "gateway_per_az": len(expected.availability_zones)}[expected.network.nat]
    assert len(resources(network, "AWS::EC2::NatGateway")) == gateways
    assert len(resources(network, "AWS::EC2::FlowLog")) == int(expected.network.flow_logs)
    (placed,) = resources(service, "AWS::ECS::Service")
    public_address = placed["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"]
    assert public_address == ("DISABLED" if gateways else "ENABLED")
    subscriptions = resources(templates[f"slipway-{environment}-telemetry"], "AWS::SNS::Subscription")
    assert sorted(each["Endpoint"] for each in subscriptions) == sorted(expected.alerts.emails * 2)


@pytest.mark.parametrize(
    ("environment", "policy"), [("dev", {"Delete"}), ("prod", {"Retain"}), ("sandbox", {"Delete"})]
)
def test_data_outlives_its_stack_only_where_it_is_to_be_kept(
    environment: str, policy: set[str], templates: Mapping[str, Template]
) -> None:
    with_data = {"AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::KMS::Key"}
    found = [
        each["DeletionPolicy"]
        for stack in OF_AN_ENVIRONMENT
        for each in templates[f"slipway-{environment}-{stack}"]["Resources"].values()
        if each["Type"] in with_data
    ]
    assert len(found) >= 3
    assert set(found) == policy


def test_images_stay_as_long_as_one_environment_keeps_its_data(templates: Mapping[str, Template]) -> None:
    kept, gone = (
        [each["DeletionPolicy"] for each in templates[stack]["Resources"].values()]
        for stack in ("slipway-registry", "sandbox-slipway-registry")
    )
    assert (kept, gone) == (["Retain"], ["Delete"])


def test_what_slipway_toml_says_of_the_image_by_default_is_what_the_dockerfile_does() -> None:
    image, task = dockerfile.read(), Task()
    assert image.option("--port") == str(task.port)
    assert image.option("--timeout-graceful-shutdown") == str(task.graceful_shutdown_seconds)
    assert image.option("--timeout-keep-alive") == str(task.keep_alive_seconds)
    assert f"http://127.0.0.1:{task.port}{task.liveness_path}" in image.health_command[-1]


def test_the_service_is_asked_where_its_image_listens(templates: Mapping[str, Template]) -> None:
    (targets,) = resources(templates["slipway-prod-service"], "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (targets["Port"], targets["HealthCheckPath"]) == (Task().port, Task().readiness_path)


@pytest.mark.parametrize("environment", ["dev", "prod", "sandbox"])
def test_the_service_believes_only_its_own_network_about_the_visitor(
    environment: str, templates: Mapping[str, Template], configuration: Configuration
) -> None:
    (task_definition,) = resources(templates[f"slipway-{environment}-service"], "AWS::ECS::TaskDefinition")
    variables = {each["Name"]: each["Value"] for each in task_definition["ContainerDefinitions"][0]["Environment"]}
    assert variables["FORWARDED_ALLOW_IPS"] == str(configuration.environment(environment).network.cidr)
    assert variables["ENVIRONMENT"] == environment


def test_only_the_load_balancer_reaches_the_tasks(templates: Mapping[str, Template]) -> None:
    template = templates["slipway-prod-service"]
    (service,) = resources(template, "AWS::ECS::Service")
    (group,) = service["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    assert "SecurityGroupIngress" not in template["Resources"][group["Fn::GetAtt"][0]]["Properties"]
    (rule,) = [each for each in resources(template, "AWS::EC2::SecurityGroupIngress") if each["GroupId"] == group]
    (balancer,) = resources(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert [rule["SourceSecurityGroupId"]] == balancer["SecurityGroups"]
    assert (rule["FromPort"], rule["ToPort"]) == (Task().port, Task().port)


@pytest.mark.parametrize("environment", ["dev", "prod", "sandbox"])
def test_nobody_but_eventbridge_publishes_from_another_account(
    environment: str, templates: Mapping[str, Template], configuration: Configuration
) -> None:
    template, account = templates[f"slipway-{environment}-telemetry"], configuration.environment(environment).account
    (key,) = resources(template, "AWS::KMS::Key")
    documents = [each["PolicyDocument"] for each in resources(template, "AWS::SNS::TopicPolicy")] + [key["KeyPolicy"]]
    conditions: dict[str, list[dict[str, Any]]] = {}
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow" and "Service" in statement["Principal"]:
                conditions.setdefault(statement["Principal"]["Service"], []).append(statement.get("Condition", {}))
    if configuration.environment(environment).collects_telemetry:
        assert conditions.pop("aps.amazonaws.com") == [{"StringEquals": {"aws:SourceAccount": account}}] * 3
    assert set(conditions) == {"cloudwatch.amazonaws.com", "events.amazonaws.com"}
    assert [each["StringEquals"] for each in conditions["cloudwatch.amazonaws.com"]] == [
        {"aws:SourceAccount": account}
    ] * 3
    # EventBridge sends SNS no aws:SourceAccount; its use of the key is bound to the topics of this stack.
    *of_topics, of_key = conditions["events.amazonaws.com"]
    assert of_topics == [{}] * (len(documents) - 1)
    place = f"{configuration.environment(environment).region}:{account}"
    assert of_key == {
        "ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": f"arn:aws:sns:{place}:slipway-{environment}-telemetry-*"}
    }


def test_every_output_that_slipway_reads_is_there(templates: Mapping[str, Template]) -> None:
    outputs: dict[str, Any] = templates["slipway-prod-service"]["Outputs"]
    assert {"Url", "LoadBalancerArn", "TargetGroupArn", "ClusterName", "ServiceName"} <= set(outputs)


def test_stacks_whose_data_is_kept_are_protected_against_deletion(
    assembly: CloudAssembly, sandbox_assembly: CloudAssembly
) -> None:
    own = [each for each in (*assembly.stacks, *sandbox_assembly.stacks) if each.id.endswith(WITH_TELEMETRY)]
    assert {each.id for each in own if each.termination_protection} == {
        f"slipway-prod-{stack}" for stack in WITH_TELEMETRY
    }
