"""The build role pushes to one repository, and nothing else."""

from aws_cdk import Duration, Stack

from slipway_constructs.access.build_role import BuildRole
from tests.slipway_constructs.access.roles import TRUSTED, permissions_of, trust_of
from tests.slipway_constructs.conftest import new_stack, only

REPOSITORY = "arn:aws:ecr:eu-central-1:222222222222:repository/acme/shop"


def stack() -> Stack:
    stack = new_stack()
    BuildRole(
        stack,
        "BuildRole",
        role_name="acme-build",
        trusted=TRUSTED,
        max_session_duration=Duration.minutes(90),
        repository_arn=REPOSITORY,
    )
    return stack


def test_it_is_named_trusted_and_limited_as_asked_for() -> None:
    role = only(stack(), "AWS::IAM::Role")
    assert (role["RoleName"], role["MaxSessionDuration"]) == ("acme-build", 90 * 60)
    assert trust_of(stack())["Condition"] == {"Bool": {"example": "true"}}


def test_it_signs_in_and_pushes_to_that_repository() -> None:
    by_resource = {resource: actions for actions, resource in permissions_of(stack())}
    assert by_resource.keys() == {REPOSITORY, "*"}
    assert by_resource["*"] == "ecr:GetAuthorizationToken"
    # What `docker push` needs (Amazon ECR user guide, "IAM permissions for pushing an image"), and what tells whether
    # the tag is there already.
    assert sorted(by_resource[REPOSITORY]) == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ]
