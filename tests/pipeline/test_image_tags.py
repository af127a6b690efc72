"""The tags that a push gives its image: what docker/metadata-action is told, and what it makes of that.

The lists below are what version 6.2.0 of the action wrote here, with GitHub's API on this machine's loopback.
"""

from typing import Any

import pytest
import yaml

from operations.rollout.release import TAG
from tests.conftest import PROJECT

ACTION = PROJECT / ".github" / "actions" / "image-metadata" / "action.yml"
COMMIT = "0123456789abcdef0123456789abcdef01234567"

TAGS = {
    ("refs/heads/main", 1): ["sha-0123456789ab", "main", "latest"],
    ("refs/heads/develop", 1): ["sha-0123456789ab", "develop"],
    # Run again, the same commit of the same branch has the same tags: in GHCR they move, in ECR there is only the
    # first, which stays where it is (operations.pipeline.publishing).
    ("refs/heads/main", 2): ["sha-0123456789ab", "main", "latest"],
    ("refs/heads/develop", 2): ["sha-0123456789ab", "develop"],
}
"""By the ref that was pushed, and the attempt of its run."""


@pytest.fixture(scope="module")
def step() -> dict[str, Any]:
    action = yaml.safe_load(ACTION.read_text())
    (step,) = [each for each in action["runs"]["steps"] if each.get("uses", "").startswith("docker/metadata-action@")]
    return dict(step)


@pytest.fixture(scope="module")
def rules(step: dict[str, Any]) -> list[dict[str, str]]:
    """Each line of `tags`, by attribute."""
    return [dict(part.split("=", 1) for part in line.split(",", 3)) for line in step["with"]["tags"].splitlines()]


def test_it_is_told_nothing_else(step: dict[str, Any]) -> None:
    assert set(step["with"]) == {"images", "flavor", "tags"}
    assert len(step["with"]["tags"].splitlines()) == 3


def test_the_image_is_that_of_the_repository_in_ghcr_and_in_lower_case(step: dict[str, Any]) -> None:
    assert step["with"]["images"] == "${{ steps.name.outputs.image }}"
    action = yaml.safe_load(ACTION.read_text())
    (name,) = [each for each in action["runs"]["steps"] if each.get("id") == "name"]
    assert name["run"] == 'echo "image=ghcr.io/${GITHUB_REPOSITORY,,}" >> "$GITHUB_OUTPUT"'


def test_latest_is_not_given_to_whatever_the_action_takes_for_the_newest(step: dict[str, Any]) -> None:
    assert step["with"]["flavor"].splitlines() == ["latest=false"]


def test_the_first_rule_is_sha_and_twelve_digits_of_the_commit_which_release_takes(
    step: dict[str, Any], rules: list[dict[str, str]]
) -> None:
    assert rules[0] == {"type": "sha", "format": "short", "prefix": "sha-", "priority": "1000"}
    assert step["env"] == {"DOCKER_METADATA_SHORT_SHA_LENGTH": "12"}
    assert TAG.fullmatch(f"sha-{COMMIT[:12]}")


def test_its_priority_is_above_all_others_so_that_it_is_the_version(rules: list[dict[str, str]]) -> None:
    # "Priorities" in the action's documentation: ref 600, raw 200; schedule's 1000 does not occur.
    assert int(rules[0]["priority"]) > 600


def test_the_second_rule_is_the_branch(rules: list[dict[str, str]]) -> None:
    assert rules[1] == {"type": "ref", "event": "branch"}


def test_the_third_rule_is_latest_on_main_only(rules: list[dict[str, str]]) -> None:
    assert rules[2] == {
        "type": "raw",
        "value": "latest",
        "enable": "${{ github.ref == 'refs/heads/main' }}",
    }


@pytest.mark.parametrize(("ref", "attempt"), TAGS)
def test_a_push_gives_its_image_the_tags_of_the_rules(ref: str, attempt: int, rules: list[dict[str, str]]) -> None:
    branch = ref.removeprefix("refs/heads/")
    latest = rules[2]["enable"] == "${{ github.ref == 'refs/heads/main' }}" and ref == "refs/heads/main"
    meant = [f"{rules[0]['prefix']}{COMMIT[:12]}", branch, *(["latest"] if latest else [])]
    assert meant == TAGS[ref, attempt]


def test_only_the_tag_of_the_commit_goes_to_ecr() -> None:
    pipeline = yaml.safe_load((PROJECT / ".github" / "workflows" / "pipeline.yml").read_text())
    runs = [each.get("run", "") for each in pipeline["jobs"]["publish"]["steps"]]
    (copy,) = [run for run in runs if "pipeline copy" in run]
    assert copy == '.venv/bin/slipway pipeline copy "$IMAGE" --tag "$TAG"'
    assert not any("ecr" in run.lower() for run in runs)
