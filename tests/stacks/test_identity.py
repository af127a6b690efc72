"""GitHub's ways into the accounts: which workflow may become which role, and what the role may do."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import Template, resources, templates_of

ISSUER = "token.actions.githubusercontent.com"
DEV, PROD = "slipway-identity-111111111111", "slipway-identity-222222222222"


def roles(template: Template) -> dict[str, dict[str, Any]]:
    """The properties of the roles, by name."""
    return {role["RoleName"]: role for role in resources(template, "AWS::IAM::Role")}


def subjects(role: Mapping[str, Any]) -> list[str]:
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return list(statement["Condition"]["StringEquals"][f"{ISSUER}:sub"])


def permissions(template: Template, role_name: str) -> list[dict[str, Any]]:
    """The statements of the policies of that role."""
    (role,) = [name for name, each in template["Resources"].items() if each["Properties"].get("RoleName") == role_name]
    return [
        statement
        for policy in resources(template, "AWS::IAM::Policy")
        if {"Ref": role} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def assumable(template: Template, role_name: str) -> set[str]:
    """The ARNs that the role may assume; it may do nothing else."""
    (statement,) = permissions(template, role_name)
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
    return {resource["Fn::Sub"] for resource in statement["Resource"]}


def bootstrap_roles(account: str, region: str, *names: str) -> set[str]:
    return {
        f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-hnb659fds-{name}-role-{account}-{region}" for name in names
    }


def test_every_account_has_one_identity_stack_for_all_its_environments(
    templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    assert {name for name in templates if name.startswith("slipway-identity")} == {DEV, PROD}
    shared = templates_of(one_account)
    assert [name for name in shared if "identity" in name] == ["slipway-identity"]
    assert {"slipway-prod-deploy", "slipway-staging-deploy"} <= set(roles(shared["slipway-identity"]))


@pytest.mark.parametrize("stack", [DEV, PROD, "sandbox-slipway-identity"])
def test_an_account_trusts_github_once(stack: str, templates: Mapping[str, Template]) -> None:
    assert len(resources(templates[stack], "AWS::IAM::OIDCProvider")) == 1


def test_images_are_pushed_from_the_account_of_the_registry_only(templates: Mapping[str, Template]) -> None:
    assert set(roles(templates[DEV])) == {"slipway-dev-deploy"}
    assert set(roles(templates[PROD])) == {"slipway-build", "slipway-prod-deploy"}


def test_a_deploy_role_is_trusted_for_its_own_github_environment_only(templates: Mapping[str, Template]) -> None:
    for stack, environment in ((DEV, "dev"), (PROD, "prod")):
        assert subjects(roles(templates[stack])[f"slipway-{environment}-deploy"]) == [
            f"repo:example-org/example-service:environment:{environment}",
            f"repo:example-org@1000001/example-service@2000002:environment:{environment}",
        ]


def test_the_build_role_is_trusted_for_the_branches_that_are_deployed_only(
    templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    assert set(subjects(roles(templates[PROD])["slipway-build"])) == {
        f"repo:{repository}:ref:refs/heads/{branch}"
        for repository in ("example-org/example-service", "example-org@1000001/example-service@2000002")
        for branch in ("develop", "main")
    }
    only_main = subjects(roles(templates_of(one_account)["slipway-identity"])["slipway-build"])
    assert {subject.rpartition("/")[2] for subject in only_main} == {"main"}


def test_where_no_branch_is_deployed_no_workflow_may_push(templates: Mapping[str, Template]) -> None:
    assert subjects(roles(templates["sandbox-slipway-identity"])["slipway-build"]) == []


def test_every_role_asks_for_the_ids_that_survive_a_rename(templates: Mapping[str, Template]) -> None:
    for stack in (DEV, PROD):
        for role in roles(templates[stack]).values():
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert set(statement["Condition"]) == {"StringEquals"}
            claims = statement["Condition"]["StringEquals"]
            assert claims[f"{ISSUER}:aud"] == "sts.amazonaws.com"
            assert claims[f"{ISSUER}:repository_id"] == "2000002"
            assert claims[f"{ISSUER}:repository_owner_id"] == "1000001"


def test_the_build_role_may_push_to_the_one_repository(templates: Mapping[str, Template]) -> None:
    sign_in, push = sorted(permissions(templates[PROD], "slipway-build"), key=lambda each: len(each["Action"]) > 20)
    by_resource = {str(each["Resource"]): each["Action"] for each in (sign_in, push)}
    assert by_resource["*"] == "ecr:GetAuthorizationToken"
    pushing = by_resource["arn:aws:ecr:eu-central-1:222222222222:repository/slipway"]
    assert "ecr:PutImage" in pushing
    assert not {action for action in pushing if "*" in action or "Delete" in action or "Policy" in action}


def test_a_deploy_role_may_assume_the_bootstrap_roles_of_its_account_and_region_only(
    templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    names = ("deploy", "file-publishing", "lookup")
    assert assumable(templates[DEV], "slipway-dev-deploy") == bootstrap_roles("111111111111", "eu-central-1", *names)
    assert assumable(templates[PROD], "slipway-prod-deploy") == bootstrap_roles("222222222222", "eu-central-1", *names)
    shared = templates_of(one_account)["slipway-identity"]
    assert assumable(shared, "slipway-staging-deploy") == bootstrap_roles("222222222222", "eu-west-1", *names)


def test_only_where_cdk_builds_the_image_a_deploy_role_may_publish_it(other_images: CloudAssembly) -> None:
    found = templates_of(other_images)
    names = ("deploy", "file-publishing", "lookup")
    assert assumable(found[DEV], "slipway-dev-deploy") == bootstrap_roles("111111111111", "eu-central-1", *names)
    assert assumable(found[PROD], "slipway-prod-deploy") == bootstrap_roles(
        "222222222222", "eu-central-1", *names, "image-publishing"
    )


def test_without_images_from_ecr_another_account_may_not_pull(other_images: CloudAssembly) -> None:
    (repository,) = resources(templates_of(other_images)["slipway-registry"], "AWS::ECR::Repository")
    assert "RepositoryPolicyText" not in repository


def test_another_account_may_pull_where_an_environment_of_it_does(templates: Mapping[str, Template]) -> None:
    (repository,) = resources(templates["slipway-registry"], "AWS::ECR::Repository")
    (statement,) = repository["RepositoryPolicyText"]["Statement"]
    assert "111111111111" in str(statement["Principal"])
    assert set(statement["Action"]) == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    }


@pytest.mark.parametrize("installation", ["one account", "sandbox"])
def test_within_one_account_nobody_is_let_in_from_outside(
    installation: str, templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    found = {
        "one account": templates_of(one_account)["slipway-registry"],
        "sandbox": templates["sandbox-slipway-registry"],
    }
    (repository,) = resources(found[installation], "AWS::ECR::Repository")
    assert "RepositoryPolicyText" not in repository
