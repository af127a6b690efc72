"""GitHub's images by way of ECR: the rule, the secret that it waits for, and what the repositories will be like."""

import json
from typing import Any

import pytest
from aws_cdk import Stack

from slipway_constructs.images.github_image_cache import GitHubImageCache, cached_repository
from tests.slipway_constructs.conftest import new_stack, only, reference, template_of

RULE = "AWS::ECR::PullThroughCacheRule"
SECRET = "AWS::SecretsManager::Secret"
CREATION_TEMPLATE = "AWS::ECR::RepositoryCreationTemplate"


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack = new_stack()
    GitHubImageCache(stack, "GitHubImages", releases_kept=7)
    return stack


def test_what_begins_with_ghcr_is_pulled_from_github_with_the_credentials_of_the_secret(stack: Stack) -> None:
    assert only(stack, RULE) == {
        "EcrRepositoryPrefix": "ghcr",
        "UpstreamRegistry": "github-container-registry",
        "UpstreamRegistryUrl": "ghcr.io",
        "CredentialArn": reference(stack, SECRET),
    }


def test_the_secret_has_a_name_that_ecr_takes_and_a_value_in_its_form_that_is_in_no_template(stack: Stack) -> None:
    secret = only(stack, SECRET)
    assert secret["Name"].startswith("ecr-pullthroughcache/")
    assert set(secret) == {"Name", "Description", "GenerateSecretString"}  # in particular no SecretString
    made_up = secret["GenerateSecretString"]
    keys = {*json.loads(made_up["SecretStringTemplate"]), made_up["GenerateStringKey"]}
    assert keys == {"username", "accessToken"}  # ECR reads them when the rule is created


def test_tags_of_its_repositories_never_move(stack: Stack) -> None:
    template = only(stack, CREATION_TEMPLATE)
    assert (template["Prefix"], template["AppliedFor"]) == ("ghcr", ["PULL_THROUGH_CACHE"])
    assert template["ImageTagMutability"] == "IMMUTABLE"
    assert "ImageTagMutabilityExclusionFilters" not in template
    assert template["EncryptionConfiguration"] == {"EncryptionType": "AES256"}


def test_as_many_images_stay_as_asked_for(stack: Stack) -> None:
    rules: list[dict[str, Any]] = json.loads(only(stack, CREATION_TEMPLATE)["LifecyclePolicy"])["rules"]
    assert [(each["selection"], each["action"]) for each in rules] == [
        ({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 7}, {"type": "expire"})
    ]


def test_nobody_but_this_account_is_let_into_its_repositories(stack: Stack) -> None:
    assert "RepositoryPolicy" not in only(stack, CREATION_TEMPLATE)


def test_no_repository_is_created_before_there_is_a_template_for_it(stack: Stack) -> None:
    found = template_of(stack)["Resources"]
    (rule,) = [each for each in found.values() if each["Type"] == RULE]
    assert [found[name]["Type"] for name in rule["DependsOn"]] == [CREATION_TEMPLATE]


def test_a_repository_is_cached_below_that_prefix_in_lower_case() -> None:
    assert cached_repository("Acme/Shop.Web") == "ghcr/acme/shop.web"
