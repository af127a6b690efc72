"""`slipway doctor` on GitHub's way into the account: provider, roles, and a token beside what they accept."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from operations.doctor.trust import statements
from tests.operations.conftest import Slipway
from tests.operations.examinations import ISSUER, PROVIDER, only, role, said, trust_of_workflows
from tests.operations.recorded_aws import RecordedAws


def test_a_provider_of_another_app_has_to_be_named(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("GetOpenIDConnectProvider", "NoSuchEntity")
    assert only(slipway("doctor", "dev"), "FAIL") == (
        f"identity provider: the account has no identity provider {PROVIDER} "
        "Run npx cdk deploy slipway-identity-111111111111; if the account has one of another app, name it in "
        "identity.existing_oidc_provider_arns of slipway.toml first."
    )


def test_a_provider_without_the_audience_of_sts_is_told_how_to_get_it(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.records("GetOpenIDConnectProvider", {"ClientIDList": ["https://github.com/example-org"]})
    assert "aws iam add-client-id-to-open-id-connect-provider" in only(slipway("doctor", "dev"), "FAIL")


def test_a_role_that_trusts_an_older_name_of_the_repository_fails(healthy: RecordedAws, slipway: Slipway) -> None:
    role(healthy, "slipway-dev-deploy", trust_of_workflows("environment:development"))
    assert only(slipway("doctor", "dev"), "FAIL") == (
        "role slipway-dev-deploy: slipway-dev-deploy does not accept repo:example-org/example-service:environment:dev, "
        "as slipway.toml wants it to Run npx cdk deploy slipway-identity-111111111111: its trust policy is an older "
        "one."
    )


def test_a_role_that_is_not_there_fails(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("GetRole", "NoSuchEntity", RoleName="slipway-dev-deploy")
    line = only(slipway("doctor", "dev"), "FAIL")
    assert line.startswith("role slipway-dev-deploy: there is no role slipway-dev-deploy")


@pytest.mark.parametrize("name", ["slipway-diff", "slipway-drift"])
def test_a_role_that_only_looks_keeps_nobody_from_releasing(name: str, healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("GetRole", "NoSuchEntity", RoleName=name)
    ended = slipway("doctor", "dev")
    assert only(ended, "WARN").startswith(f"role {name}: there is no role {name}")
    assert ended.exit_code == 0


def test_a_role_that_looks_for_drift_on_another_branch_is_told(healthy: RecordedAws, slipway: Slipway) -> None:
    role(healthy, "slipway-drift", trust_of_workflows("ref:refs/heads/trunk", workflow="drift"))
    line = only(slipway("doctor", "dev"), "WARN")
    assert "slipway-drift does not accept repo:example-org/example-service:ref:refs/heads/main" in line


def jwt(**claims: Any) -> str:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    standard = {"aud": "sts.amazonaws.com", "repository_id": "2000002", "exp": 32503680000}
    return f"{part({'alg': 'RS256'})}.{part(standard | claims)}.c2lnbmF0dXJl"


@pytest.mark.usefixtures("healthy")
def test_the_subject_of_a_token_is_printed_beside_what_each_role_accepts(slipway: Slipway, tmp_path: Path) -> None:
    file = tmp_path / "token"
    sub = "repo:example-org@1000001/example-service@2000002:environment:dev"
    file.write_text(jwt(sub=sub, ref="refs/heads/develop") + "\n")
    ended = slipway("doctor", "dev", "--token", str(file))
    assert f"OK    token: its sub is {sub}" in said(ended, "OK")
    assert "OK    token: slipway-dev-deploy accepts it" in said(ended, "OK")
    assert said(ended, "WARN") == [
        f"WARN  token: {name} does not accept the token: sub is {sub}, and has to be "
        f"repo:example-org/example-service:{context} or "
        f"repo:example-org@1000001/example-service@2000002:{context} It accepts sub "
        f"repo:example-org/example-service:{context}, "
        f"repo:example-org@1000001/example-service@2000002:{context}."
        for name, context in (("slipway-diff", "pull_request"), ("slipway-drift", "ref:refs/heads/main"))
    ]
    assert ended.exit_code == 0


@pytest.mark.usefixtures("healthy")
def test_a_token_that_no_role_accepts_fails_and_says_which_claim_is_in_the_way(
    slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    sub = "repo:example-org/example-service:environment:dev"
    shell.setattr("sys.stdin", io.StringIO(jwt(sub=sub, ref="refs/heads/main", exp=1700000000)))
    ended = slipway("doctor", "dev", "--token", "-")
    assert said(ended, "FAIL")[0].startswith(f"FAIL  token: no role accepts a token with sub {sub}")
    assert any("ref is refs/heads/main, and has to be refs/heads/develop" in line for line in said(ended, "WARN"))
    assert any("the token has expired at 2023-11-14T22:13:20+00:00" in line for line in said(ended, "WARN"))
    assert ended.exit_code == 6


@pytest.mark.parametrize("text", ["", "not.a", "a.b.c", "a.W10.c"])
def test_what_is_not_a_token_is_bad_input(
    text: str, recorded_aws: RecordedAws, slipway: Slipway, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(text)
    ended = slipway("doctor", "dev", "--token", str(tmp_path / "token"))
    assert ended.stderr.startswith("slipway: what --token names is not a JSON Web Token.\n")
    assert (ended.exit_code, recorded_aws.operations()) == (2, [])


def test_a_token_file_that_is_not_there_is_bad_input(recorded_aws: RecordedAws, slipway: Slipway) -> None:
    ended = slipway("doctor", "dev", "--token", "nowhere")
    assert ended.stderr.startswith("slipway: --token: nowhere cannot be read: No such file or directory.\n")
    assert (ended.exit_code, recorded_aws.operations()) == (2, [])


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ({"StringEquals": {f"{ISSUER}:sub": "repo:a/b:pull_request"}}, ""),
        ({"StringLike": {f"{ISSUER}:sub": "repo:a/*"}}, ""),
        ({"StringEquals": {f"{ISSUER}:sub": "repo:a/*"}}, "sub is repo:a/b:pull_request, and has to be repo:a/*"),
        ({"StringEquals": {f"{ISSUER}:ref": "refs/heads/main"}}, "the token has no ref"),
        ({"StringNotEquals": {f"{ISSUER}:sub": "x"}}, "its condition StringNotEquals is not understood here"),
        (
            {"ForAllValues:StringEquals": {f"{ISSUER}:sub": "repo:a/b:pull_request"}},
            "its condition ForAllValues:StringEquals is not understood here",
        ),
    ],
)
def test_no_role_is_said_to_accept_a_token_for_a_condition_that_is_not_understood(
    condition: dict[str, Any], why: str
) -> None:
    document = trust_of_workflows("pull_request")
    document["Statement"][0]["Condition"] = condition
    (way_in,) = statements(document)
    assert way_in.mismatch({"sub": "repo:a/b:pull_request"}) == why


def test_a_statement_that_denies_or_lets_others_in_is_no_way_in() -> None:
    document = trust_of_workflows("pull_request")
    statement = document["Statement"][0]
    others = {"Principal": {"Federated": "arn:aws:iam::111111111111:oidc-provider/oidc.example"}}
    document["Statement"] = [statement | {"Effect": "Deny"}, statement | others, statement | {"Principal": "*"}]
    assert statements(document) == []
