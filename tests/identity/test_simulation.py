"""The simulator tells good trust policies from bad ones, and refuses what it cannot judge."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.identity.policies import AUD, CLASSIC, GOOD, IMMUTABLE, OURS, allow, keys, role, statement
from tests.identity.simulation import Access, Assumption, Question, SimulationError, decide, may, may_assume
from tests.identity.tokens import ISSUER, Token, branch, pull_request

DEPLOYMENT = branch("main", environment="prod")
OWN_TOKENS = [OURS.token(DEPLOYMENT, immutable=immutable) for immutable in (False, True)]
CLASSIC_TOKEN, _ = OWN_TOKENS
REPOSITORY = "arn:aws:ecr:eu-central-1:222222222222:repository/slipway"
KEY = "arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-0000-0000-000000000000"
PASSED_ROLE = "arn:aws:iam::111111111111:role/task"


def other(**changes: Any) -> Token:
    """The token of the same deployment in another repository."""
    return replace(OURS, **changes).token(DEPLOYMENT, immutable=False)


def test_a_good_policy_accepts_its_own_tokens_in_both_formats() -> None:
    assert decide([Assumption(role(statement(GOOD)), token) for token in OWN_TOKENS]) == [True, True]


BAD_POLICIES: dict[str, tuple[dict[str, Any], Token]] = {
    "no subject": (
        statement({"StringEquals": AUD}),
        other(owner="mallory", owner_id=6, name="tools", id=7),
    ),
    "no condition": (
        {key: value for key, value in statement({}).items() if key != "Condition"},
        other(owner="mallory", owner_id=6, name="tools", id=7),
    ),
    "prefix of the organisation": (
        statement({"StringEquals": AUD, "StringLike": keys(sub="repo:example-org*")}),
        other(owner="example-org-evil", owner_id=6, id=7),
    ),
    "any repository of the organisation": (
        statement({"StringEquals": AUD, "StringLike": keys(sub="repo:example-org/*")}),
        other(name="tools", id=7),
    ),
    "any context of the repository": (
        statement({"StringEquals": AUD, "StringLike": keys(sub="repo:example-org/example-service:*")}),
        OURS.token(pull_request(), immutable=False),
    ),
    "ForAllValues": (
        statement({"StringEquals": AUD, "ForAllValues:StringEquals": keys(sub=CLASSIC)}),
        replace(CLASSIC_TOKEN, sub=None),
    ),
    "IfExists": (
        statement({"StringEquals": AUD, "StringEqualsIfExists": keys(sub=CLASSIC)}),
        replace(CLASSIC_TOKEN, sub=None),
    ),
    "no audience": (
        statement({"StringEquals": keys(sub=CLASSIC)}),
        replace(CLASSIC_TOKEN, aud="https://github.com/example-org"),
    ),
    "no ids": (
        statement({"StringEquals": AUD | keys(sub=[CLASSIC, IMMUTABLE])}),
        other(owner_id=6, id=7),
    ),
    "any ids": (
        statement({"StringEquals": AUD, "StringLike": keys(sub=[CLASSIC, "repo:example-org@*/*@*:environment:prod"])}),
        replace(OURS, owner_id=6, id=7).token(DEPLOYMENT, immutable=True),
    ),
    "only who is left out": (
        statement({"StringNotEquals": keys(repository_owner_id="6660001")}),
        other(owner="mallory", owner_id=6, name="tools", id=7),
    ),
    "only that there is a subject": (
        statement({"Null": keys(sub="false")}),
        other(owner="mallory", owner_id=6, name="tools", id=7),
    ),
    "letter case": (
        statement({"StringEqualsIgnoreCase": AUD | keys(sub=CLASSIC)}),
        other(owner="EXAMPLE-ORG"),
    ),
    "a claim that AWS does not read": (
        statement({"StringEquals": AUD, "StringNotEqualsIfExists": keys(event_name="pull_request")}),
        OURS.token(pull_request(), immutable=False),
    ),
    "anybody as principal": (
        statement({"StringEquals": AUD}, Principal="*"),
        other(owner="mallory", owner_id=6, name="tools", id=7),
    ),
    "any action": (
        statement({"StringEquals": AUD}, Action="sts:*"),
        other(owner="mallory", owner_id=6, name="tools", id=7),
    ),
}


@pytest.fixture(scope="module")
def verdicts_on_bad_policies() -> dict[str, list[bool]]:
    """By policy: on our token, on the wrong token, and on the wrong token by the good policy."""
    questions = [
        Assumption(role(trust), token)
        for bad, wrong in BAD_POLICIES.values()
        for trust, token in ((bad, CLASSIC_TOKEN), (bad, wrong), (statement(GOOD), wrong))
    ]
    answers = iter(decide(questions))
    return {name: [next(answers), next(answers), next(answers)] for name in BAD_POLICIES}


@pytest.mark.parametrize("name", BAD_POLICIES)
def test_a_bad_policy_accepts_a_wrong_token_that_the_good_one_refuses(
    name: str, verdicts_on_bad_policies: Mapping[str, list[bool]]
) -> None:
    assert verdicts_on_bad_policies[name] == [True, True, False]


def test_a_wildcard_in_string_equals_is_a_letter_like_any_other() -> None:
    subject = "repo:example-org/example-service:*"
    literal = role(statement({"StringEquals": AUD | keys(sub=subject)}))
    tokens = [*OWN_TOKENS, replace(CLASSIC_TOKEN, sub=subject)]
    assert decide([Assumption(literal, token) for token in tokens]) == [False, False, True]


@pytest.mark.parametrize("claim", ["aud", "sub", "ref", "repository_id", "repository_owner_id"])
def test_a_good_policy_asks_for_every_one_of_its_claims(claim: str) -> None:
    changed = [replace(CLASSIC_TOKEN, **{claim: value}) for value in (None, "another")]
    assert decide([Assumption(role(statement(GOOD)), token) for token in changed]) == [False, False]


def test_a_claim_that_aws_does_not_read_matches_nothing() -> None:
    for claim in ("event_name", "ref_type", "repository_owner"):
        condition = {"StringEquals": AUD | keys(**{claim: str(getattr(CLASSIC_TOKEN, claim))})}
        assert not may_assume(role(statement(condition)), CLASSIC_TOKEN), claim


def test_a_denial_outweighs_what_is_allowed() -> None:
    pull_requests = statement({"StringLike": keys(sub="*:pull_request")}, Effect="Deny")
    guarded = role(statement({"StringEquals": AUD}), pull_requests)
    tokens = [CLASSIC_TOKEN, OURS.token(pull_request(), immutable=False)]
    assert decide([Assumption(guarded, token) for token in tokens]) == [True, False]


def test_only_the_provider_of_github_in_the_same_account_is_trusted() -> None:
    principals = [
        {"Federated": f"arn:aws:iam::222222222222:oidc-provider/{ISSUER}"},
        {"Federated": "arn:aws:iam::111111111111:oidc-provider/gitlab.com"},
        {"AWS": "arn:aws:iam::111111111111:root"},
        {"Service": "ecs-tasks.amazonaws.com"},
    ]
    roles = [role(statement(GOOD, Principal=principal)) for principal in principals]
    assert decide([Assumption(each, CLASSIC_TOKEN) for each in roles]) == [False] * 4


def test_a_condition_on_the_request_itself_is_asked_of_the_context() -> None:
    named = role(statement({"StringLike": {"sts:RoleSessionName": "run-*"}}))
    assert may_assume(named, CLASSIC_TOKEN, context={"sts:RoleSessionName": "run-17"})
    assert not may_assume(named, CLASSIC_TOKEN)


REFUSALS = {
    "there is no condition operator StringEqual": statement({"StringEqual": keys(sub=CLASSIC)}, Effect="Deny"),
    "NotPrincipal is not simulated": {
        key: value for key, value in (statement(GOOD) | {"NotPrincipal": "*"}).items() if key != "Principal"
    },
    "a wildcard in a federated principal is not simulated": statement(GOOD, Principal={"Federated": "*"}),
    "Resource is not allowed in a trust policy": statement(GOOD, Resource="*"),
    "Invalid key Conditions": statement(GOOD, Conditions={}),
}


@pytest.mark.parametrize("message", REFUSALS)
def test_a_trust_policy_that_cannot_be_judged_is_refused(message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        may_assume(role(REFUSALS[message]), CLASSIC_TOKEN)


def test_a_context_key_that_the_request_does_not_have_is_refused() -> None:
    with pytest.raises(SimulationError, match="no context key ecs:cluster"):
        may_assume(role(statement(GOOD)), CLASSIC_TOKEN, context={"ecs:cluster": "any"})
    pushing = role(may=allow("ecr:PutImage", REPOSITORY))
    with pytest.raises(SimulationError, match="no context key ecs:cluster"):
        may(pushing, "ecr:PutImage", REPOSITORY, context={"ecs:cluster": "any"})
    with pytest.raises(SimulationError, match="iam:PassedToServic not found"):
        may(pushing, "iam:PassRole", "*", context={"iam:PassedToServic": "any"})


def test_a_role_may_what_its_policies_allow_and_no_more() -> None:
    pushing = role(may=allow("ecr:Put*", REPOSITORY))
    asked = [("ecr:PutImage", REPOSITORY), ("ecr:PutImage", f"{REPOSITORY}-2"), ("ecr:DeleteRepository", REPOSITORY)]
    assert decide([Access(pushing, *each) for each in asked]) == [True, False, False]


def test_an_action_without_a_resource_is_asked_with_a_star() -> None:
    signing_in = role(may=allow("ecr:GetAuthorizationToken", "*"))
    assert may(signing_in, "ecr:GetAuthorizationToken", "*")
    with pytest.raises(SimulationError, match=r"must\.use\.wildcard"):
        may(signing_in, "ecr:GetAuthorizationToken", REPOSITORY)


def test_a_star_in_the_resource_asks_whether_there_is_any_such_resource() -> None:
    pushing = role(may=allow("ecr:PutImage", REPOSITORY))
    asked = [("ecr:PutImage", "*"), ("ecr:PutImage", f"{REPOSITORY}*"), ("ecr:PutImage", f"{REPOSITORY}-*")]
    assert decide([Access(pushing, *each) for each in asked]) == [True, True, False]


def test_a_boundary_limits_what_the_policies_allow() -> None:
    bounded = role(may=allow("*", "*"), boundary=allow("ecr:*", "*"))
    asked = [("ecr:PutImage", REPOSITORY), ("iam:PassRole", PASSED_ROLE)]
    assert decide([Access(bounded, *each) for each in asked]) == [True, False]
    assert not may(role(boundary=allow("*", "*")), "ecr:PutImage", REPOSITORY)


def test_conditions_are_asked_of_the_request_and_of_the_role() -> None:
    passing = role(
        may=allow("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})
    )
    assert may(passing, "iam:PassRole", PASSED_ROLE, context={"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    assert not may(passing, "iam:PassRole", PASSED_ROLE, context={"iam:PassedToService": "lambda.amazonaws.com"})
    tagged = allow(
        "ecr:*", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a", "aws:SecureTransport": "true"}}
    )
    questions = [
        Access(replace(role(may=tagged), tags={"team": team}), "ecr:PutImage", REPOSITORY) for team in ("a", "b")
    ]
    assert decide(questions) == [True, False]


def test_a_key_is_taken_to_let_in_the_policies_of_its_account() -> None:
    questions = [Access(role(may=allow(action, KEY)), "kms:Decrypt", KEY) for action in ("kms:Decrypt", "kms:Sign")]
    assert decide(questions) == [True, False]


def test_what_is_not_in_the_templates_is_not_taken_for_empty() -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    anything = role(may=allow("*", "*"))
    for unread in (replace(anything, managed_policies={arn: None}), replace(anything, boundary={arn: None})):
        with pytest.raises(SimulationError, match="ReadOnlyAccess"):
            may(unread, "ecr:PutImage", REPOSITORY)


def test_a_misspelt_action_is_refused() -> None:
    with pytest.raises(SimulationError, match=r"invalid\.action"):
        may(role(may=allow("*", "*")), "ecr:PushImage", REPOSITORY)


def test_answers_come_in_the_order_of_the_questions() -> None:
    pushing, trusting = role(may=allow("ecr:PutImage", REPOSITORY)), role(statement(GOOD))
    questions: list[Question] = [
        Access(pushing, "ecr:PutImage", REPOSITORY),
        Assumption(pushing, CLASSIC_TOKEN),
        Access(trusting, "ecr:PutImage", REPOSITORY),
        Assumption(trusting, CLASSIC_TOKEN),
    ]
    assert decide(questions) == [True, False, False, True]
    assert decide(questions[::-1]) == [True, False, False, True]


@pytest.mark.parametrize(
    "allowing",
    [
        allow("ecr:putimage", REPOSITORY),
        allow("ecr:Put?mag*", "*"),
        allow("*", "*"),
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
    ],
)
def test_what_one_role_is_denied_says_nothing_of_another(allowing: dict[str, Any]) -> None:
    asked = [Access(role(may=each), "ecr:PutImage", REPOSITORY) for each in (allow("ecr:GetImage", "*"), allowing)]
    assert decide(asked) == [False, True]
    assert decide(asked[::-1]) == [True, False]


def test_a_policy_with_a_mistake_is_refused_also_where_it_does_not_name_the_action() -> None:
    reading = allow("s3:GetObject", "*")
    assert not may(role(may=reading), "ecr:PutImage", REPOSITORY)
    with pytest.raises(SimulationError, match="there is no condition operator StringEqual"):
        may(
            role(may=reading | {"Condition": {"StringEqual": {"aws:PrincipalType": "User"}}}),
            "ecr:PutImage",
            REPOSITORY,
        )
