"""`slipway doctor` on what a task is started from: image, secrets, and the roles that ECS takes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.operations.conftest import Slipway
from tests.operations.deployed import ACCOUNT, REGION, REGISTRY_ACCOUNT, TASK_ROLE
from tests.operations.examinations import (
    SECRET,
    SINGLE,
    image,
    only,
    role,
    said,
    secret,
    trust_of_workflows,
    with_secrets,
)
from tests.operations.receiver import Answer, Receiver
from tests.operations.recorded_aws import RecordedAws


def test_an_image_that_is_missing_fails(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("DescribeImages", "ImageNotFoundException", imageIds=[{"imageTag": "sha-7654321"}])
    assert only(slipway("doctor", "dev", "--tag", "sha-7654321"), "FAIL") == (
        "image: the repository slipway has no image sha-7654321 Push it, or choose a tag that is there: aws ecr "
        "describe-images --repository-name slipway --registry-id 222222222222 --region eu-central-1 lists them."
    )


def test_a_repository_that_is_missing_fails(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("DescribeImages", "RepositoryNotFoundException")
    assert only(slipway("doctor", "dev"), "FAIL") == (
        "image: there is no repository slipway in account 222222222222 Run npx cdk deploy slipway-registry."
    )


def test_an_index_without_the_processor_of_the_tasks_fails(healthy: RecordedAws, slipway: Slipway) -> None:
    image(healthy, {"manifests": [{"platform": {"architecture": "amd64"}}, {"platform": {"architecture": "s390x"}}]})
    assert only(slipway("doctor", "dev"), "FAIL") == (
        "image: the image sha-1234567 is built for amd64 and s390x, and the tasks run on arm64 Build it with docker "
        "build --platform linux/arm64, or change task.architecture in slipway.toml and deploy."
    )


@pytest.fixture
def blob() -> Iterator[str]:
    """The configuration of an image, as ECR's signed URL hands it out."""
    with Receiver(Answer(body=json.dumps({"architecture": "amd64", "os": "linux"}))) as storage:
        yield f"{storage.url}/blob"


def test_the_processor_of_a_single_image_is_read_from_its_configuration(
    blob: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    image(healthy, SINGLE)
    healthy.records("GetDownloadUrlForLayer", {"downloadUrl": blob}, layerDigest="sha256:c")
    assert "is built for amd64, and the tasks run on arm64" in only(slipway("doctor", "dev"), "FAIL")


@pytest.mark.parametrize("manifest", [SINGLE, {}])
def test_an_image_whose_processor_cannot_be_told_is_a_warning(
    manifest: dict[str, Any], healthy: RecordedAws, slipway: Slipway
) -> None:
    image(healthy, manifest)
    healthy.denies("GetDownloadUrlForLayer")
    why = "GetDownloadUrlForLayer was refused with AccessDeniedException" if manifest else "it does not say"
    assert only(slipway("doctor", "dev"), "WARN") == (
        f"image: the image sha-1234567 is there, but it cannot be told which processor it was built for: {why} Run "
        "docker manifest inspect on it; the tasks run on arm64."
    )


def test_an_image_whose_manifest_may_not_be_read_is_there_all_the_same(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.denies("BatchGetImage")
    line = only(slipway("doctor", "dev"), "WARN")
    assert "it cannot be told which processor it was built for: BatchGetImage was refused with AccessDenied" in line


def test_secrets_and_their_keys_are_looked_for_and_no_value_is_shown(healthy: RecordedAws, slipway: Slipway) -> None:
    with_secrets(healthy, PASSWORD=f"{SECRET}:password::", WHOLE=SECRET, API_KEY="/app/dev/api-key")
    secret(healthy, '{"password": "hunter2"}')
    healthy.records("GetParameter", {"Parameter": {"Value": "hunter3"}}, Name="/app/dev/api-key")
    ended = slipway("doctor", "dev")
    assert [line for line in said(ended, "OK") if "secrets:" in line] == [
        "OK    secrets: API_KEY: the parameter is there",
        "OK    secrets: PASSWORD: the secret has the JSON key password",
        "OK    secrets: WHOLE: the secret is there",
    ]
    assert "hunter" not in ended.stdout + ended.stderr
    assert ended.exit_code == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"user": "hunter2"}', f"secrets: PASSWORD: the secret {SECRET} has no JSON key password Add the key"),
        ("hunter2", f"secrets: PASSWORD: the secret {SECRET} is not a JSON object, so that it has no key password"),
        ("null", f"secrets: PASSWORD: the secret {SECRET} is not a JSON object, so that it has no key password"),
        (None, f"secrets: PASSWORD: the secret {SECRET} has no text in it Run aws secretsmanager put-secret-value"),
    ],
)
def test_a_secret_that_does_not_give_what_the_tasks_want_fails(
    text: str | None, line: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    with_secrets(healthy, PASSWORD=f"{SECRET}:password::")
    secret(healthy, text)
    ended = slipway("doctor", "dev")
    assert only(ended, "FAIL").startswith(line)
    assert "hunter" not in ended.stdout + ended.stderr


def test_secrets_and_parameters_that_are_missing_fail(healthy: RecordedAws, slipway: Slipway) -> None:
    with_secrets(
        healthy, PASSWORD=SECRET, GONE=f"{SECRET}:key::", API_KEY=f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/k"
    )
    healthy.refuses("DescribeSecret", "ResourceNotFoundException")
    healthy.refuses("GetParameter", "ParameterNotFound", Name="k")
    assert [line.partition(" Create")[0].partition(" Run")[0] for line in said(slipway("doctor", "dev"), "FAIL")] == [
        "FAIL  secrets: API_KEY: there is no parameter k",
        f"FAIL  secrets: GONE: there is no secret {SECRET}",
        f"FAIL  secrets: PASSWORD: there is no secret {SECRET}",
    ]


def test_a_secret_that_may_not_be_read_does_not_hide_the_others(healthy: RecordedAws, slipway: Slipway) -> None:
    with_secrets(healthy, PASSWORD=f"{SECRET}:password::", API_KEY="/k")
    healthy.records("DescribeSecret", {"ARN": SECRET})
    healthy.denies("GetSecretValue")
    healthy.denies("GetParameter")
    ended = slipway("doctor", "dev")
    warned = [line for line in said(ended, "WARN") if "secrets:" in line]
    assert warned[0].startswith("WARN  secrets: it could not be checked: API_KEY: GetParameter failed: AccessDenied")
    assert warned[1].startswith(
        "WARN  secrets: PASSWORD: the secret is there; whether it has the JSON key password cannot be told: "
    )


@pytest.mark.parametrize(
    ("trust", "line"),
    [
        (None, "task role: the task role slipway-dev-service-WebServiceTaskRole does not exist Run npx cdk drift"),
        (
            trust_of_workflows("pull_request"),
            "task role: the task role slipway-dev-service-WebServiceTaskRole does not let ecs-tasks.amazonaws.com take",
        ),
    ],
)
def test_a_role_that_ecs_cannot_take_on_fails(
    trust: dict[str, Any] | None, line: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    name = TASK_ROLE.rpartition("/")[2]
    if trust:
        role(healthy, name, trust)
    else:
        healthy.refuses("GetRole", "NoSuchEntity", RoleName=name)
    assert only(slipway("doctor", "dev"), "FAIL").startswith(line)


def test_an_execution_role_without_a_right_that_it_needs_is_a_warning(healthy: RecordedAws, slipway: Slipway) -> None:
    repository = f"arn:aws:ecr:{REGION}:{REGISTRY_ACCOUNT}:repository/slipway"
    refused = [{"EvalActionName": "ecr:BatchGetImage", "EvalDecision": "implicitDeny"}]
    healthy.records("SimulatePrincipalPolicy", {"EvaluationResults": refused}, ResourceArns=[repository])
    assert only(slipway("doctor", "dev"), "WARN").startswith(
        f"execution role's rights: the execution role's own policies do not allow ecr:BatchGetImage on {repository}"
    )
