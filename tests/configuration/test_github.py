"""`[github]`: whose workflows may reach AWS, and what their tokens call them."""

import pytest

from configuration.github import GitHub
from tests.configuration.conftest import Problems

OWNER = "must be a GitHub user or organisation (letters, digits and hyphens)"
REPOSITORY = "must be a GitHub repository name (letters, digits and . _ -), without its owner"


@pytest.mark.parametrize("owner", ["*", "ac*e", "ac?e", "acme:shop", "acme/shop", "-acme", "acme\n", "", "a" * 40])
def test_an_owner_that_would_widen_a_trust_policy_is_refused(owner: str, problems: Problems) -> None:
    assert problems({"github.owner": owner}) == [f"slipway.toml: github.owner: {OWNER}, is {owner!r}"]


@pytest.mark.parametrize("repository", ["*", "sh*p", "sh?p", "shop:ref", "acme/shop", "shop\n", "", "s" * 101])
def test_a_repository_that_would_widen_a_trust_policy_is_refused(repository: str, problems: Problems) -> None:
    assert problems({"github.repository": repository}) == [
        f"slipway.toml: github.repository: {REPOSITORY}, is {repository!r}"
    ]


@pytest.mark.parametrize("key", ["owner_id", "repository_id"])
def test_an_id_is_positive(key: str, problems: Problems) -> None:
    assert problems({f"github.{key}": 0}) == [f"slipway.toml: github.{key}: must be more than 0, is 0"]


@pytest.mark.parametrize(
    ("owner", "repository"), [("a", "b"), ("a" * 39, "s" * 100), ("Acme-Org", ".github"), ("acme", "shop_v2.0-beta")]
)
def test_every_name_that_github_allows_is_accepted(owner: str, repository: str, problems: Problems) -> None:
    assert problems({"github.owner": owner, "github.repository": repository}) == []


def test_with_ids_the_subject_is_expected_in_both_formats() -> None:
    github = GitHub(owner="acme", repository="shop", owner_id=11, repository_id=22)
    assert github.subjects("environment:prod") == (
        "repo:acme/shop:environment:prod",
        "repo:acme@11/shop@22:environment:prod",
    )


@pytest.mark.parametrize(("owner_id", "repository_id"), [(None, None), (11, None), (None, 22)])
def test_without_both_ids_only_the_names_are_expected(owner_id: int | None, repository_id: int | None) -> None:
    github = GitHub(owner="acme", repository="shop", owner_id=owner_id, repository_id=repository_id)
    assert github.subjects("ref:refs/heads/main") == ("repo:acme/shop:ref:refs/heads/main",)


def test_the_full_name_is_as_github_writes_it() -> None:
    assert GitHub(owner="acme", repository="shop").full_name == "acme/shop"


@pytest.mark.parametrize("branch", ["*", "ma?n", "a:b", "", "main\n"])
def test_a_default_branch_that_would_widen_a_trust_policy_is_refused(branch: str, problems: Problems) -> None:
    assert problems({"github.default_branch": branch}) == [
        f"slipway.toml: github.default_branch: must be a branch name without wildcards such as 'main', is {branch!r}"
    ]
