"""The battery takes every bad trust policy for what it is, and no good one for bad."""

from typing import Any

import pytest

from tests.identity.policies import AUD, CLASSIC, GOOD, IDS, IMMUTABLE, OURS, keys, role, statement
from tests.identity.simulation import Assumption, decide
from tests.identity.tokens import Case, battery, branch, deploy, drift, pull_request, tag

SUBJECTS = keys(sub=[CLASSIC, IMMUTABLE])
REF = keys(ref="refs/heads/main")
FROM_MAIN = {"dev": "develop", "prod": "main"}
FROM_ANYWHERE = dict.fromkeys(FROM_MAIN)


def cases(environments: dict[str, str | None]) -> list[Case]:
    return battery(OURS, build_branches=["main", "develop"], environments=environments)


def misjudged(condition: dict[str, Any], environments: dict[str, str | None]) -> set[str]:
    """The cases that a role to deploy prod judges otherwise than it must, with this condition for its trust."""
    asked, judge = cases(environments), role(statement(condition))
    answers = decide([Assumption(judge, case.token) for case in asked])
    meant = [deploy("prod") in case.accepted_by for case in asked]
    return {case.name for case, answer, right in zip(asked, answers, meant, strict=True) if answer != right}


def test_a_good_policy_judges_every_case_as_meant() -> None:
    assert misjudged(GOOD, {**FROM_MAIN}) == set()
    assert misjudged({"StringEquals": AUD | IDS | SUBJECTS}, {**FROM_ANYWHERE}) == set()


@pytest.mark.parametrize(
    ("condition", "caught_by"),
    [
        ({"StringEquals": IDS | SUBJECTS | REF}, "no audience"),
        ({"StringEquals": IDS | SUBJECTS | REF, "StringLike": keys(aud="*")}, "GitHub's default audience"),
        ({"StringEquals": AUD | IDS | REF}, "no subject"),
        ({"StringEquals": AUD | IDS | SUBJECTS}, "our own: branch feature in environment prod"),
        ({"StringEquals": AUD | IDS | SUBJECTS, "StringLike": keys(ref="refs/heads/main*")}, "our own: branch main-2"),
        ({"StringEquals": AUD | IDS | SUBJECTS, "StringLike": keys(ref="refs/*/main")}, "our own: tag main"),
        ({"StringEquals": AUD | SUBJECTS | REF}, "whoever registered our owner's old name"),
        ({"StringEquals": AUD | SUBJECTS | REF | keys(repository_owner_id="1000001")}, "registered our repository's"),
        (
            {"StringEquals": AUD | SUBJECTS | REF, "StringLike": keys(repository_id="2000002*")},
            "registered our owner's",
        ),
        ({"StringEquals": AUD | SUBJECTS | REF, "StringEqualsIfExists": IDS}, "no ids"),
        ({"StringEquals": AUD | SUBJECTS | IDS, "StringEqualsIfExists": REF}, "no ref"),
        ({"StringEquals": AUD | IDS | REF, "ForAllValues:StringEquals": SUBJECTS}, "no subject"),
        ({"StringEquals": AUD | IDS | REF, "StringEqualsIfExists": SUBJECTS}, "no subject"),
        ({"StringEquals": AUD | IDS | REF, "StringEqualsIgnoreCase": SUBJECTS}, "owner in upper case"),
        ({"StringEquals": AUD | IDS | REF, "StringLike": keys(sub="repo:*:environment:prod")}, "* for the name"),
        ({"StringEquals": AUD | REF, "StringLike": keys(sub="repo:example-org*:environment:prod")}, "begins with ours"),
        (
            {"StringEquals": AUD | REF, "StringLike": keys(sub="repo:example-org/*:environment:prod")},
            "our organisation",
        ),
        ({"StringEquals": AUD | REF, "StringLike": keys(sub="repo:*/example-service*:environment:prod")}, "in a fork"),
        ({"StringEquals": AUD | REF | keys(environment="prod")}, "another organisation"),
        ({"StringEquals": AUD | REF | keys(environment="prod", repository_id="2000002")}, "after its transfer"),
        ({"StringEquals": AUD | IDS, "StringLike": keys(sub="repo:example-org*:environment:*")}, "environment dev"),
        ({"StringEquals": AUD | IDS, "StringLike": keys(sub="repo:example-org*:*")}, "our own: pull request, classic"),
        ({"StringEquals": AUD | IDS | REF | keys(sub=CLASSIC)}, "our own: branch main in environment prod, immutable"),
        ({"StringEquals": AUD | IDS | REF | keys(sub=IMMUTABLE)}, "our own: branch main in environment prod, classic"),
        ({"StringEquals": AUD | IDS | REF | keys(sub="repo:*")}, "our own: branch main in environment prod"),
    ],
)
def test_a_bad_policy_is_caught_by_the_case_that_is_meant_for_it(condition: dict[str, Any], caught_by: str) -> None:
    assert [name for name in misjudged(condition, {**FROM_MAIN}) if caught_by in name]


@pytest.mark.parametrize("environments", [FROM_MAIN, FROM_ANYWHERE])
def test_no_two_cases_have_the_same_name(environments: dict[str, str | None]) -> None:
    names = [case.name for case in cases(environments)]
    assert len(set(names)) == len(names) > 200


def test_a_branch_that_is_built_is_no_foreign_one() -> None:
    asked = battery(OURS, build_branches=["main", "feature"], environments={})
    (kinds,) = {case.accepted_by for case in asked if case.name.startswith("our own: branch feature,")}
    assert kinds == {"build"}


@pytest.mark.parametrize(
    ("job", "context"),
    [
        (branch("main"), "ref:refs/heads/main"),
        (tag("v1"), "ref:refs/tags/v1"),
        (pull_request(), "pull_request"),
        (branch("main", environment="prod"), "environment:prod"),
        (pull_request(environment="prod"), "environment:prod"),
        (branch("main", environment="eu:prod"), "environment:eu%3Aprod"),
        (drift(), "ref:refs/heads/main"),
    ],
)
def test_the_subject_says_environment_before_pull_request_before_ref(job: Any, context: str) -> None:
    assert OURS.token(job, immutable=False).sub == f"repo:example-org/example-service:{context}"
    assert OURS.token(job, immutable=True).sub == f"repo:example-org@1000001/example-service@2000002:{context}"
