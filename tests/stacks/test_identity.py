"""The ways into the accounts: which roles there are, what they are called, and how one is let in.

Whom each trusts and what each may do is decided by a simulator in tests/identity.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

import app as application
from configuration import SANDBOX, Configuration
from tests.conftest import Template, resources, templates_of, varied

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = "AWS::IAM::OIDCProvider"
DEV, PROD, OF_THE_SANDBOX = (
    "slipway-identity-111111111111",
    "slipway-identity-222222222222",
    "sandbox-slipway-identity",
)
OURS = ("example-org/example-service", "example-org@1000001/example-service@2000002")


@pytest.fixture(scope="module")
def optional(assembly_with_every_option: CloudAssembly) -> dict[str, Template]:
    return templates_of(assembly_with_every_option)


@pytest.fixture(scope="module")
def bare(assembly_without_options: CloudAssembly) -> dict[str, Template]:
    return templates_of(assembly_without_options)


def roles(template: Template) -> dict[str, dict[str, Any]]:
    """The properties of the roles, by name."""
    return {role["RoleName"]: role for role in resources(template, "AWS::IAM::Role")}


def claims(role: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """What the role's trust policy compares, without wildcards, with a token's claims; there is nothing else in it."""
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert set(statement["Condition"]) == {"StringEquals"}
    return {key.removeprefix(f"{ISSUER}:"): value for key, value in statement["Condition"]["StringEquals"].items()}


def outputs(template: Template) -> dict[str, str]:
    """The name of the role by the key of the output."""
    names = {name: role["Properties"].get("RoleName") for name, role in template["Resources"].items()}
    return {key: names[output["Value"]["Fn::GetAtt"][0]] for key, output in template.get("Outputs", {}).items()}


def warnings(assembly: CloudAssembly) -> list[str]:
    """What the synthesis warns of, in the identity stacks."""
    return [
        str(message.entry.data)
        for stack in assembly.stacks
        if "identity" in stack.id
        for message in stack.messages
        if message.level.name == "WARNING"
    ]


def test_every_account_has_one_identity_stack_for_all_its_environments(
    templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    assert {name for name in templates if name.startswith("slipway-identity")} == {DEV, PROD}
    shared = templates_of(one_account)
    assert [name for name in shared if "identity" in name] == ["slipway-identity"]
    assert {"slipway-prod-deploy", "slipway-staging-deploy"} <= set(roles(shared["slipway-identity"]))


def test_there_is_one_role_for_each_job_and_no_other(templates: Mapping[str, Template]) -> None:
    assert set(roles(templates[DEV])) == {"slipway-dev-deploy", "slipway-diff", "slipway-drift"}
    assert set(roles(templates[PROD])) == {"slipway-build", "slipway-prod-deploy", "slipway-diff", "slipway-drift"}


def test_where_no_branch_is_deployed_no_workflow_pushes(templates: Mapping[str, Template]) -> None:
    assert set(roles(templates[OF_THE_SANDBOX])) == {"slipway-sandbox-deploy", "slipway-diff", "slipway-drift"}


def test_roles_are_called_as_the_configuration_says(optional: Mapping[str, Template]) -> None:
    assert set(roles(optional[DEV])) == {"acme-dev-deploys", "acme-compares", "acme-finds-drift", "acme-operates"}
    assert set(roles(optional[PROD])) == {
        "acme-pushes",
        "acme-prod-deploys",
        "acme-compares",
        "acme-finds-drift",
        "acme-operates",
    }


def test_the_roles_that_workflows_need_are_among_the_outputs(
    templates: Mapping[str, Template], optional: Mapping[str, Template]
) -> None:
    assert outputs(templates[DEV]) == {
        "DeployRoleDevArn": "slipway-dev-deploy",
        "DiffRoleArn": "slipway-diff",
        "DriftRoleArn": "slipway-drift",
    }
    assert outputs(optional[PROD]) == {
        "BuildRoleArn": "acme-pushes",
        "DeployRoleProdArn": "acme-prod-deploys",
        "DiffRoleArn": "acme-compares",
        "DriftRoleArn": "acme-finds-drift",
    }


def test_a_session_lasts_an_hour_or_as_long_as_the_configuration_says(
    templates: Mapping[str, Template], optional: Mapping[str, Template]
) -> None:
    def minutes(template: Template) -> dict[str, float]:
        return {name: role["MaxSessionDuration"] / 60 for name, role in roles(template).items()}

    assert set(minutes(templates[PROD]).values()) == {60}
    assert minutes(optional[PROD]) == {
        "acme-pushes": 61,
        "acme-prod-deploys": 720,
        "acme-compares": 62,
        "acme-finds-drift": 64,
        "acme-operates": 63,
    }


def test_the_ids_of_the_repository_are_asked_for_besides_the_subject(templates: Mapping[str, Template]) -> None:
    found = {name: claims(role) for stack in (DEV, PROD) for name, role in roles(templates[stack]).items()}
    assert len(found) == 5
    for each in found.values():
        assert (each["aud"], each["repository_id"], each["repository_owner_id"]) == (
            "sts.amazonaws.com",
            "2000002",
            "1000001",
        )


def shared_stacks(configuration: Configuration) -> CloudAssembly:
    """As they are synthesised without those of the environments, which take most of the time."""
    return application.build_app(configuration, environments=()).synth()


def test_images_are_built_from_the_branches_that_are_deployed(
    templates: Mapping[str, Template], one_account: CloudAssembly
) -> None:
    assert claims(roles(templates[PROD])["slipway-build"])["sub"] == [
        f"repo:{name}:ref:refs/heads/{branch}" for branch in ("develop", "main") for name in OURS
    ]
    assert claims(roles(templates_of(one_account)["slipway-identity"])["slipway-build"])["sub"] == [
        f"repo:{name}:ref:refs/heads/main" for name in OURS
    ]


def test_drift_is_looked_for_by_the_workflow_of_that_name_on_the_default_branch(configuration: Configuration) -> None:
    trunk = varied(configuration, github={"default_branch": "trunk"}).select([SANDBOX])
    found = claims(roles(templates_of(shared_stacks(trunk))["slipway-identity"])["slipway-drift"])
    assert found["sub"] == [f"repo:{name}:ref:refs/heads/trunk" for name in OURS]
    assert found["workflow"] == "drift"


def test_an_environment_is_deployed_from_its_branch_or_from_wherever_github_lets_its_jobs_run(
    templates: Mapping[str, Template],
) -> None:
    for stack, environment, branch in ((DEV, "dev", "develop"), (PROD, "prod", "main")):
        found = claims(roles(templates[stack])[f"slipway-{environment}-deploy"])
        assert found["sub"] == [f"repo:{name}:environment:{environment}" for name in OURS]
        assert found["ref"] == f"refs/heads/{branch}"
    assert "ref" not in claims(roles(templates[OF_THE_SANDBOX])["slipway-sandbox-deploy"])


@pytest.mark.parametrize("stack", [DEV, PROD, OF_THE_SANDBOX])
def test_an_account_without_the_provider_gets_it(stack: str, templates: Mapping[str, Template]) -> None:
    assert trusted_providers(templates[stack]) == [{"Ref": logical_id(templates[stack], PROVIDER)}]


def test_an_account_that_has_the_provider_keeps_it_and_its_roles_trust_it(optional: Mapping[str, Template]) -> None:
    assert resources(optional[DEV], PROVIDER) == []
    assert trusted_providers(optional[DEV]) == [f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"]
    assert trusted_providers(optional[PROD]) == [{"Ref": logical_id(optional[PROD], PROVIDER)}]


@pytest.mark.parametrize(("stack", "policy"), [(DEV, "Retain"), (PROD, "Retain"), (OF_THE_SANDBOX, "Delete")])
def test_the_provider_which_others_use_too_outlives_its_stack_except_in_the_sandbox(
    stack: str, policy: str, templates: Mapping[str, Template]
) -> None:
    provider = templates[stack]["Resources"][logical_id(templates[stack], PROVIDER)]
    assert (provider["DeletionPolicy"], provider["UpdateReplacePolicy"]) == (policy, policy)


def logical_id(template: Template, type_name: str) -> str:
    (found,) = [name for name, each in template["Resources"].items() if each["Type"] == type_name]
    return str(found)


def trusted_providers(template: Template) -> list[Any]:
    """Whom the roles trust as identity providers, each once."""
    found: list[Any] = []
    for role in roles(template).values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        provider = statement["Principal"].get("Federated")
        if provider and provider not in found:
            found.append(provider)
    return found


def test_without_the_ids_the_synthesis_warns_and_tells_how_to_get_them(
    assembly_without_options: CloudAssembly, assembly: CloudAssembly
) -> None:
    told = warnings(assembly_without_options)
    assert len(told) == 2  # one for each account
    for warning in told:
        assert "gh api repos/example-org/example-service --jq" in warning
        assert "github.owner_id" in warning
        assert "refused" in warning
    assert warnings(assembly) == []


@pytest.mark.parametrize(
    ("missing", "known", "value"),
    [("owner_id", "repository_id", "2000002"), ("repository_id", "repository_owner_id", "1000001")],
)
def test_one_id_alone_is_asked_for_but_the_synthesis_still_warns(
    missing: str, known: str, value: str, configuration: Configuration
) -> None:
    assembly = shared_stacks(varied(configuration, github={missing: None}).select([SANDBOX]))
    found = claims(roles(templates_of(assembly)["slipway-identity"])["slipway-diff"])
    assert found == {"aud": "sts.amazonaws.com", "sub": [f"repo:{OURS[0]}:pull_request"], known: value}
    assert len(warnings(assembly)) == 1


def test_without_the_ids_exact_names_are_all_that_is_compared(bare: Mapping[str, Template]) -> None:
    for stack in (DEV, PROD):
        for role in roles(bare[stack]).values():
            found = claims(role)
            assert found.keys() <= {"aud", "sub", "ref", "workflow"}
            assert all(subject.startswith(f"repo:{OURS[0]}:") for subject in found["sub"])
            assert "*" not in str(found)
            assert "?" not in str(found)


def test_an_operator_is_let_in_with_mfa_where_there_is_something_to_operate(
    optional: Mapping[str, Template], templates: Mapping[str, Template]
) -> None:
    for stack in (DEV, PROD):
        assert roles(optional[stack])["acme-operates"]["AssumeRolePolicyDocument"]["Statement"] == [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": "arn:aws:iam::333333333333:user/on-call"},
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ]
        assert "slipway-operator" not in roles(templates[stack])


def test_the_account_of_the_registry_alone_has_no_operator(with_every_option: Configuration) -> None:
    apart = varied(with_every_option, {"prod": {"image": "ecr"}}, registry={"account": "333333333333"})
    found = templates_of(shared_stacks(apart))
    assert set(roles(found["slipway-identity-333333333333"])) == {"acme-pushes", "acme-compares", "acme-finds-drift"}
    assert "acme-pushes" not in roles(found[PROD])


def test_an_operator_of_more_environments_than_a_policy_has_room_for_is_one_readable_line(
    configuration: Configuration,
) -> None:
    many = {f"copy-{number}": {"branch": None} for number in range(8)}
    operator = {"principal_arn": "arn:aws:iam::222222222222:user/on-call"}
    app = application.new_app()
    application.add_shared_stacks(app, varied(configuration, many, identity={"operator": operator}).select(list(many)))
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    report = (Path(app.outdir) / "validation-report.json").read_text(encoding="utf-8")
    assert "slipway-operator would need a policy of" in report
    assert "copy-0, copy-1" in report


def test_an_operator_who_is_a_role_is_let_in_without_mfa_which_aws_would_never_see(
    configuration: Configuration,
) -> None:
    operator = {"principal_arn": "arn:aws:iam::111111111111:role/engineers", "mfa": False}
    found = templates_of(shared_stacks(varied(configuration, identity={"operator": operator}).select(["prod"])))
    (statement,) = roles(found["slipway-identity"])["slipway-operator"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": operator["principal_arn"]}
    assert "Condition" not in statement
