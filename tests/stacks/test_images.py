"""`image` in slipway.toml: where the running image comes from, and what a release changes."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from tests.conftest import PROJECT, Template, resources, templates_of, varied
from tests.synthesis import assemble

A_RUNNING_IMAGE = re.compile(r"sha-[0-9a-f]{7}")


@pytest.fixture(scope="module")
def services(templates: Mapping[str, Template], other_images: CloudAssembly) -> dict[str, Template]:
    """The service's template by the kind of image."""
    others = templates_of(other_images)
    return {
        "ecr": templates["slipway-prod-service"],
        "ghcr": others["slipway-prod-service"],
        "asset": others["slipway-dev-service"],
    }


def image(template: Template) -> Any:
    return container(template)["Image"]


def container(template: Template) -> dict[str, Any]:
    (task_definition,) = resources(template, "AWS::ECS::TaskDefinition")
    (found,) = [each for each in task_definition["ContainerDefinitions"] if each["Name"] == "service"]
    return dict(found)


def referring_to(template: Template, name: str) -> set[str]:
    """The types of the resources that refer to a parameter or a resource."""
    return {each["Type"] for each in template["Resources"].values() if {"Ref": name} in walk(each)}


def walk(value: Any) -> list[Any]:
    """The value and all that is in it."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(found for each in inside for found in walk(each))]


def test_an_image_from_ecr_is_the_repository_with_the_given_tag(services: Mapping[str, Template]) -> None:
    assert image(services["ecr"])["Fn::Join"] == [
        "",
        ["222222222222.dkr.ecr.eu-central-1.", {"Ref": "AWS::URLSuffix"}, "/slipway:", {"Ref": "ImageTag"}],
    ]


def test_an_image_from_ghcr_is_what_the_registry_caches_of_the_repository_on_github(
    services: Mapping[str, Template],
) -> None:
    assert image(services["ghcr"])["Fn::Join"] == [
        "",
        [
            "222222222222.dkr.ecr.eu-central-1.",
            {"Ref": "AWS::URLSuffix"},
            "/ghcr/example-org/example-service:",
            {"Ref": "ImageTag"},
        ],
    ]


def test_names_that_github_takes_in_upper_case_are_lower_case_in_the_registry(configuration: Configuration) -> None:
    github = {"owner": "Example-Org", "repository": "Example.Service"}
    assembly = assemble(varied(configuration, {"prod": {"image": "ghcr"}}, github=github).select(["prod"]))
    found = json.dumps(templates_of(assembly)["slipway-prod-service"])
    assert "/ghcr/example-org/example.service:" in found
    assert ":repository/ghcr/example-org/example.service" in found
    assert "Example" not in found.replace(
        "https://github.com/Example-Org/Example.Service/blob/HEAD/docs/runbook.md", ""
    )


def test_an_image_that_cdk_builds_is_named_by_its_content(
    services: Mapping[str, Template], other_images: CloudAssembly
) -> None:
    (content,) = docker_images(other_images, "slipway-dev-service")
    assert image(services["asset"]) == {
        "Fn::Sub": "111111111111.dkr.ecr.eu-central-1.${AWS::URLSuffix}/"
        f"cdk-hnb659fds-container-assets-111111111111-eu-central-1:{content}"
    }
    assert {"Name": "IMAGE_TAG", "Value": content} in container(services["asset"])["Environment"]


@pytest.mark.parametrize("kind", ["ecr", "ghcr"])
def test_a_registry_needs_a_tag_at_the_first_deployment_and_keeps_it_later(
    kind: str, services: Mapping[str, Template]
) -> None:
    parameter = services[kind]["Parameters"]["ImageTag"]
    assert parameter["Type"] == "String"
    assert "Default" not in parameter


def test_what_cdk_builds_has_no_tag_to_be_given(services: Mapping[str, Template]) -> None:
    assert "ImageTag" not in services["asset"]["Parameters"]


@pytest.mark.parametrize("kind", ["ecr", "ghcr"])
@pytest.mark.parametrize(
    ("tag", "allowed"),
    [
        ("sha-0123456", "yes"),
        ("sha-" + "f" * 40, "yes"),
        ("sha-012345", "no"),
        ("sha-" + "f" * 41, "no"),
        ("sha-012345G", "no"),
        ("sha-ABCDEF0", "no"),
        ("0123456", "no"),
        ("latest", "no"),
        ("v1.2.3", "no"),
        ("", "no"),
        ("sha-0123456@sha256:0", "no"),
        ("my-sha-0123456", "no"),
    ],
)
def test_a_tag_is_sha_and_7_to_40_digits_of_the_commit(
    tag: str, allowed: str, kind: str, services: Mapping[str, Template]
) -> None:
    pattern = services[kind]["Parameters"]["ImageTag"]["AllowedPattern"]
    assert ("yes" if re.search(pattern, tag) else "no") == allowed


@pytest.mark.parametrize("kind", ["ecr", "ghcr"])
def test_the_running_image_is_nowhere_in_the_template(kind: str, services: Mapping[str, Template]) -> None:
    assert A_RUNNING_IMAGE.search("sha-0123456")
    assert not A_RUNNING_IMAGE.search(json.dumps(services[kind]))


@pytest.mark.parametrize("kind", ["ecr", "ghcr"])
def test_another_tag_changes_the_task_definition_the_service_and_the_record_of_the_release_only(
    kind: str, services: Mapping[str, Template]
) -> None:
    template = services[kind]
    assert referring_to(template, "ImageTag") == {"AWS::ECS::TaskDefinition", "AWS::SSM::Parameter"}
    (record,) = [name for name, each in template["Resources"].items() if each["Type"] == "AWS::SSM::Parameter"]
    assert referring_to(template, record) == set()
    (task_definition,) = [
        name for name, each in template["Resources"].items() if each["Type"] == "AWS::ECS::TaskDefinition"
    ]
    assert referring_to(template, task_definition) == {"AWS::ECS::Service"}
    assert {"Ref": "ImageTag"} not in walk(template["Outputs"])


def test_the_service_reports_the_tag_that_runs(services: Mapping[str, Template]) -> None:
    for kind in ("ecr", "ghcr"):
        assert {"Name": "IMAGE_TAG", "Value": {"Ref": "ImageTag"}} in container(services[kind])["Environment"]


@pytest.mark.parametrize(("environment", "kind"), [("prod", "ghcr"), ("dev", "asset")])
def test_the_image_setting_changes_only_image_tag_and_pull_permissions(
    environment: str, kind: str, services: Mapping[str, Template], templates: Mapping[str, Template]
) -> None:
    before, after = templates[f"slipway-{environment}-service"], services[kind]
    assert without_image(after) == without_image(before)


@pytest.mark.parametrize("stack", ["network", "telemetry", "prometheus", "dashboards", "observability"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_image_setting_changes_nothing_in_other_stacks(
    stack: str, environment: str, other_images: CloudAssembly, templates: Mapping[str, Template]
) -> None:
    name = f"slipway-{environment}-{stack}"
    assert templates_of(other_images).get(name) == templates.get(name)


def without_image(template: Template) -> Template:
    """The template without what tells where the image comes from."""
    rest = copy.deepcopy(template)
    for parameter in ("ImageTag", "ReleasedBy"):
        rest["Parameters"].pop(parameter, None)
    rest["Resources"] = {
        name: each for name, each in rest["Resources"].items() if each["Type"] != "AWS::SSM::Parameter"
    }
    for resource in rest["Resources"].values():
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            for each in resource["Properties"]["ContainerDefinitions"]:
                each["Image"] = "IMAGE"
                each["Environment"] = [pair for pair in each["Environment"] if pair["Name"] != "IMAGE_TAG"]
        if resource["Type"] == "AWS::IAM::Policy":
            document = resource["Properties"]["PolicyDocument"]
            document["Statement"] = [each for each in document["Statement"] if "ecr:" not in json.dumps(each)]
    return rest


def granted(template: Template) -> set[tuple[str, str]]:
    """What the roles of the stack may do with the registry: actions with their resources."""
    statements = [
        statement
        for policy in resources(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    return {
        (action, json.dumps(statement["Resource"]))
        for statement in statements
        for action in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
        if action.startswith("ecr:")
    }


def test_the_tasks_may_pull_the_one_image_and_only_of_ghcr_import_it(services: Mapping[str, Template]) -> None:
    pull = {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    sign_in = {("ecr:GetAuthorizationToken", '"*"')}
    assert granted(services["ecr"]) == {(action, with_collector("slipway")) for action in pull} | sign_in
    cached, imports = (
        "ghcr/example-org/example-service",
        {"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"},
    )
    assert granted(services["ghcr"]) == (
        {(action, with_collector(cached)) for action in pull}
        | {(action, repository(cached)) for action in imports}
        | sign_in
    )


def repository(name: str) -> str:
    return json.dumps(f"arn:aws:ecr:eu-central-1:222222222222:repository/{name}")


def with_collector(name: str) -> str:
    """That repository, and the one in which CDK keeps the image of the collector beside the service."""
    assets = repository("cdk-hnb659fds-container-assets-222222222222-eu-central-1")
    return json.dumps([json.loads(each) for each in (assets, repository(name))])


def docker_images(assembly: CloudAssembly, stack: str) -> dict[str, dict[str, Any]]:
    """What CDK would build for that stack: the source by the hash of its content."""
    manifest = json.loads((Path(assembly.directory) / f"{stack}.assets.json").read_text())
    return {content: each["source"] for content, each in manifest.get("dockerImages", {}).items()}


def test_cdk_builds_what_the_dockerfile_of_the_service_says(other_images: CloudAssembly) -> None:
    (source,) = docker_images(other_images, "slipway-dev-service").values()
    assert source["platform"] == "linux/arm64"
    folder = Path(other_images.directory) / source["directory"]
    service = PROJECT / "service"
    assert (folder / "Dockerfile").read_text() == (service / "Dockerfile").read_text()
    assert {path.name for path in (folder / "app").glob("*.py")} == {
        path.name for path in (service / "app").glob("*.py")
    }
    assert not list(folder.glob("tests*")) + list(folder.glob(".venv*")) + list(folder.rglob("__pycache__"))


def test_only_the_environment_that_asks_for_it_has_its_image_built(other_images: CloudAssembly) -> None:
    built = [
        stack.id
        for stack in other_images.stacks
        for source in docker_images(other_images, stack.id).values()
        if (Path(other_images.directory) / source["directory"] / "app").exists()
    ]
    assert built == ["slipway-dev-service"]


def test_the_image_is_built_for_the_processor_of_the_tasks(configuration: Configuration) -> None:
    task = {"cpu": 256, "memory": 512, "architecture": "x86_64"}
    assembly = assemble(varied(configuration, {"dev": {"image": "asset", "task": task}}).select(["dev"]))
    (source,) = docker_images(assembly, "slipway-dev-service").values()
    (task_definition,) = resources(templates_of(assembly)["slipway-dev-service"], "AWS::ECS::TaskDefinition")
    assert source["platform"] == "linux/amd64"
    assert task_definition["RuntimePlatform"]["CpuArchitecture"] == "X86_64"
