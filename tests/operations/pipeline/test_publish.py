"""`slipway pipeline publish`, `copy` and `verify`: the image of a commit, and that it stays the same one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from configuration import Configuration
from operations.errors import OperationError
from operations.pipeline.verification import verify as check
from tests.operations.answering import AnsweringAws, RefusalError
from tests.operations.conftest import Ended, Slipway
from tests.operations.stand_ins import DOCKER, GH, INDEX, install

TAG = "sha-0123456789ab"
IMAGE = "ghcr.io/acme/shop"
ECR = "222222222222.dkr.ecr.eu-central-1.amazonaws.com/slipway"
ARM, X86, EARLIER = (f"sha256:{digit * 64}" for digit in "abd")


class Registries:
    """GHCR and ECR: what Docker sees of them is a stand-in's, and ECR's own API answers from the same tags."""

    def __init__(self, folder: Path, aws: AnsweringAws, shell: pytest.MonkeyPatch) -> None:
        self._folder = folder
        install(folder, docker=DOCKER, gh=GH)
        shell.setenv("PATH", str(folder))
        aws.answer("DescribeImages", self._described)

    @property
    def tags(self) -> dict[str, str]:
        tags: dict[str, str] = json.loads((self._folder / "tags").read_text())
        return tags

    def have(self, **tags: str) -> None:
        """As if an earlier run had brought these to ECR."""
        known = {f"{ECR}:{tag.replace('_', '-')}": digest for tag, digest in tags.items()}
        (self._folder / "tags").write_text(json.dumps(self.tags | known))

    def refuse(self, reason: str) -> None:
        (self._folder / "refusal").write_text(reason)

    def remove(self, program: str) -> None:
        (self._folder / program).unlink()

    @property
    def gh_words(self) -> list[str]:
        words: list[str] = json.loads((self._folder / "gh-words").read_text())
        return words

    def _described(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert (asked["registryId"], asked["repositoryName"]) == ("222222222222", "slipway")
        digest = self.tags.get(f"{ECR}:{asked['imageIds'][0]['imageTag']}")
        if digest is None:
            raise RefusalError("ImageNotFoundException", "The image requested does not exist.")
        return {"imageDetails": [{"imageDigest": digest}]}


@pytest.fixture
def registries(tmp_path: Path, answering: AnsweringAws, shell: pytest.MonkeyPatch) -> Registries:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    return Registries(tmp_path, answering, shell)


@pytest.fixture
def publish(tmp_path: Path, slipway: Slipway) -> Any:
    """Runs `slipway pipeline publish` after builds with these digests."""

    def publish(*digests: str, tags: str = f"{TAG}\nmain\nlatest") -> Ended:
        folder = tmp_path / "digests"
        folder.mkdir(exist_ok=True)
        for index, digest in enumerate(digests):
            (folder / f"processor-{index}").write_text(f"{digest}\n")
        return slipway("pipeline", "publish", IMAGE, "--tag", TAG, "--tags", tags, "--digests", str(folder))

    return publish


def outputs(tmp_path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())


def test_the_builds_of_two_processors_become_one_image_with_all_tags(
    registries: Registries, publish: Any, tmp_path: Path
) -> None:
    ended = publish(X86, ARM)
    assert ended.exit_code == 0, ended.stderr
    assert registries.tags == {f"{IMAGE}:{tag}": INDEX for tag in (TAG, "main", "latest")}
    assert outputs(tmp_path) == {"digest": INDEX, "published": "false"}


def test_the_build_of_one_processor_keeps_its_digest(registries: Registries, publish: Any, tmp_path: Path) -> None:
    publish(ARM)
    assert registries.tags[f"{IMAGE}:{TAG}"] == ARM
    assert outputs(tmp_path)["digest"] == ARM


def test_when_the_commit_is_built_again_all_tags_lead_to_its_first_image(
    registries: Registries, publish: Any, tmp_path: Path
) -> None:
    registries.have(sha_0123456789ab=EARLIER)
    ended = publish(X86, ARM)
    assert registries.tags == {
        f"{ECR}:{TAG}": EARLIER,
        **{f"{IMAGE}:{tag}": EARLIER for tag in (TAG, "main", "latest")},
    }
    assert outputs(tmp_path) == {"digest": EARLIER, "published": "true"}
    assert "ECR has had it before" in ended.stdout


def test_a_commit_whose_image_is_known_is_tagged_again_without_the_digests_of_its_builds(
    registries: Registries, publish: Any
) -> None:
    registries.have(sha_0123456789ab=EARLIER)
    assert publish().exit_code == 0
    assert registries.tags[f"{IMAGE}:{TAG}"] == EARLIER


@pytest.mark.parametrize("digests", [(), ("latest",), (ARM, "sha256:12")])
def test_without_the_digests_of_the_builds_nothing_is_tagged(
    digests: tuple[str, ...], registries: Registries, publish: Any
) -> None:
    ended = publish(*digests)
    assert (ended.exit_code, registries.tags) == (2, {})
    assert "does not hold the digests of what was built" in ended.stderr


def test_what_a_registry_says_is_told(registries: Registries, publish: Any) -> None:
    registries.refuse("failed to push: 403 Forbidden")
    ended = publish(ARM)
    assert ended.exit_code == 1
    assert "imagetools create failed: ERROR: failed to push: 403 Forbidden." in ended.stderr


def test_without_docker_it_says_so(registries: Registries, publish: Any) -> None:
    registries.remove("docker")
    assert "slipway: docker is not installed." in publish(ARM).stderr


def test_without_a_repository_it_says_what_to_deploy(
    registries: Registries, publish: Any, answering: AnsweringAws
) -> None:
    def gone(_: Mapping[str, Any]) -> dict[str, Any]:
        raise RefusalError("RepositoryNotFoundException")

    answering.answer("DescribeImages", gone)
    ended = publish(ARM)
    assert "account 222222222222 has no repository slipway in eu-central-1" in ended.stderr
    assert registries.tags == {}


def copy(slipway: Slipway) -> Ended:
    return slipway("pipeline", "copy", f"{IMAGE}@{ARM}", "--tag", TAG)


def test_an_image_comes_to_ecr_under_the_tag_of_the_commit_only(registries: Registries, slipway: Slipway) -> None:
    ended = copy(slipway)
    assert (ended.exit_code, registries.tags) == (0, {f"{ECR}:{TAG}": ARM})
    assert ended.stdout == f"{ECR}:{TAG} is {ARM}.\n"


def test_another_run_that_was_faster_with_the_same_image_does_no_harm(registries: Registries, slipway: Slipway) -> None:
    registries.have(sha_0123456789ab=ARM)
    registries.refuse("tag invalid: the image tag already exists and cannot be overwritten because it is immutable")
    assert copy(slipway).exit_code == 0


def test_another_run_that_was_faster_with_another_image_is_told(registries: Registries, slipway: Slipway) -> None:
    registries.have(sha_0123456789ab=EARLIER)
    registries.refuse("tag invalid: the image tag already exists and cannot be overwritten because it is immutable")
    ended = copy(slipway)
    assert ended.exit_code == 6
    assert f"ECR's image of the tag {TAG} is {EARLIER}, and not {ARM}" in ended.stderr


def test_a_refusal_of_ecr_is_told(registries: Registries, slipway: Slipway) -> None:
    registries.refuse("403 Forbidden")
    ended = copy(slipway)
    assert (ended.exit_code, "ERROR: 403 Forbidden" in ended.stderr) == (1, True)


def test_only_an_image_that_is_named_by_its_digest_is_copied(registries: Registries, slipway: Slipway) -> None:
    ended = slipway("pipeline", "copy", f"{IMAGE}:{TAG}", "--tag", TAG)
    assert (ended.exit_code, registries.tags) == (2, {})


@pytest.fixture
def verify(slipway: Slipway, shell: pytest.MonkeyPatch) -> Any:
    """Runs `slipway pipeline verify` for an image of that digest, in a job of GitHub Actions."""
    shell.setenv("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")
    return lambda digest=ARM: slipway("pipeline", "verify", "dev", "--tag", TAG, "--image", f"{IMAGE}@{digest}")


def test_an_image_has_to_be_attested_by_this_pipeline_at_the_commit_on_whichever_branch(
    registries: Registries, verify: Any
) -> None:
    registries.have(sha_0123456789ab=ARM)
    ended = verify()
    assert (ended.exit_code, ended.stdout) == (0, f"{IMAGE}@{ARM} is attested.\n")
    repository = "example-org/example-service"
    assert registries.gh_words == [
        *("attestation", "verify", f"oci://{IMAGE}@{ARM}"),
        *("--repo", repository),
        *("--signer-workflow", f"{repository}/.github/workflows/pipeline.yml"),
        "--deny-self-hosted-runners",
        *("--source-digest", "0123456789abcdef0123456789abcdef01234567"),
    ]


def test_outside_of_a_job_an_image_has_to_be_attested_on_the_branch_of_the_environment(
    registries: Registries, verify: Any, shell: pytest.MonkeyPatch
) -> None:
    registries.have(sha_0123456789ab=ARM)
    shell.delenv("GITHUB_SHA")
    assert verify().exit_code == 0
    assert registries.gh_words[-2:] == ["--source-ref", "refs/heads/develop"]


def test_an_image_without_attestation_is_refused_with_what_github_says(registries: Registries, verify: Any) -> None:
    registries.have(sha_0123456789ab=ARM)
    registries.refuse("no attestations found for subject.")
    ended = verify()
    assert (ended.exit_code, ended.stdout) == (6, "")
    assert "is not attested by .github/workflows/pipeline.yml" in ended.stderr
    assert "Error: no attestations found for subject.\n" in ended.stderr


@pytest.mark.parametrize("there", [{}, {"sha_0123456789ab": EARLIER}])
def test_what_ecs_would_pull_has_to_be_what_was_attested(
    there: dict[str, str], registries: Registries, verify: Any, tmp_path: Path
) -> None:
    registries.have(**there)
    ended = verify()
    assert ended.exit_code == 6
    assert f"is {there.get('sha_0123456789ab', 'missing')}, and {ARM} was to be deployed" in ended.stderr
    assert not (tmp_path / "gh-words").exists()


def test_an_image_that_ecr_will_fetch_from_ghcr_has_to_be_what_was_attested(
    registries: Registries, configuration: Configuration, answering: AnsweringAws, tmp_path: Path
) -> None:
    def not_fetched(_: Mapping[str, Any]) -> dict[str, Any]:
        raise RefusalError("RepositoryNotFoundException")

    answering.answer("DescribeImages", not_fetched)
    environment = configuration.environment("dev").model_copy(update={"image": "ghcr"})
    (tmp_path / "tags").write_text(json.dumps({f"{IMAGE}:{TAG}": ARM}))
    check(configuration, environment, TAG, f"{IMAGE}@{ARM}", {})
    (tmp_path / "tags").write_text(json.dumps({f"{IMAGE}:{TAG}": EARLIER}))
    with pytest.raises(OperationError, match=f"is {EARLIER}, and {ARM} was to be deployed"):
        check(configuration, environment, TAG, f"{IMAGE}@{ARM}", {})
    assert registries.tags == {f"{IMAGE}:{TAG}": EARLIER}


def test_without_githubs_cli_nothing_is_verified(registries: Registries, verify: Any) -> None:
    registries.have(sha_0123456789ab=ARM)
    registries.remove("gh")
    ended = verify()
    assert (ended.exit_code, ended.stderr) == (6, "slipway: gh is not installed.\nInstall GitHub's CLI.\n")
