"""The registry: whom it serves, how it is encrypted, and what it caches of GitHub's."""

import json
import re
from collections.abc import Mapping

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import Template, resources, templates_of

REPOSITORY = "AWS::ECR::Repository"
OF_THE_CACHE = ("AWS::ECR::PullThroughCacheRule", "AWS::ECR::RepositoryCreationTemplate", "AWS::SecretsManager::Secret")


@pytest.fixture(scope="module")
def optional(assembly_with_every_option: CloudAssembly) -> Template:
    return templates_of(assembly_with_every_option)["slipway-registry"]


def test_another_account_may_read_where_an_environment_of_it_does(templates: Mapping[str, Template]) -> None:
    (repository,) = resources(templates["slipway-registry"], REPOSITORY)
    (statement,) = repository["RepositoryPolicyText"]["Statement"]
    assert "111111111111" in str(statement["Principal"])
    assert set(statement["Action"]) == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",  # its deploy role looks for the image before it deploys
        "ecr:GetDownloadUrlForLayer",
    }


def test_an_account_that_takes_no_image_from_it_may_not_read(other_images: CloudAssembly) -> None:
    (repository,) = resources(templates_of(other_images)["slipway-registry"], REPOSITORY)
    assert "RepositoryPolicyText" not in repository


@pytest.mark.parametrize("installation", ["one account", "sandbox"])
def test_within_one_account_nobody_is_let_in_from_outside(
    installation: str, templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    found = {
        "one account": templates_of(one_account)["slipway-registry"],
        "sandbox": templates["sandbox-slipway-registry"],
    }
    (repository,) = resources(found[installation], REPOSITORY)
    assert "RepositoryPolicyText" not in repository


def test_images_are_encrypted_with_a_key_of_the_stack_where_asked_for(
    optional: Template, templates: Mapping[str, Template]
) -> None:
    (repository,) = resources(optional, REPOSITORY)
    assert repository["EncryptionConfiguration"]["EncryptionType"] == "KMS"
    kept = {each["Type"]: each.get("DeletionPolicy") for each in optional["Resources"].values()}
    assert (kept[REPOSITORY], kept["AWS::KMS::Key"]) == ("Retain", "Retain")
    assert resources(templates["slipway-registry"], "AWS::KMS::Key") == []


def test_as_many_images_stay_as_the_configuration_says_wherever_they_come_from(optional: Template) -> None:
    (repository,), (cache,) = resources(optional, REPOSITORY), resources(optional, OF_THE_CACHE[1])
    for text in (repository["LifecyclePolicy"]["LifecyclePolicyText"], cache["LifecyclePolicy"]):
        counts = [
            rule["selection"]["countNumber"]
            for rule in json.loads(text)["rules"]
            if rule["selection"]["countType"] == "imageCountMoreThan"
        ]
        assert counts == [12]


@pytest.mark.parametrize("kind", OF_THE_CACHE)
def test_images_of_github_are_cached_only_where_an_environment_runs_them(
    kind: str, optional: Template, templates: Mapping[str, Template]
) -> None:
    assert len(resources(optional, kind)) == 1
    for stack in ("slipway-registry", "sandbox-slipway-registry"):
        assert resources(templates[stack], kind) == []
        assert set(templates[stack]["Outputs"]) == {"RepositoryUri"}


def test_credentials_for_github_are_nowhere_in_a_template_and_the_output_says_what_is_missing(
    assembly_with_every_option: CloudAssembly,
) -> None:
    found = templates_of(assembly_with_every_option)
    text = json.dumps(found)
    assert set(re.findall(r"pagerduty-\w+:SecretString:\w+|(?<!Generate)SecretString(?!Template)", text)) <= {
        "pagerduty-AbCdEf:SecretString:routing_key"
    }
    (secret,) = resources(found["slipway-registry"], "AWS::SecretsManager::Secret")
    told = found["slipway-registry"]["Outputs"]["GitHubCredentials"]["Description"]
    assert f"aws secretsmanager put-secret-value --secret-id {secret['Name']} " in told
    assert "username and accessToken" in told
