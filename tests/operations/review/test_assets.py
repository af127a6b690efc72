"""What changes with every build: hashes of files are no change, images are."""

from pathlib import Path

from operations.review.report import Review
from tests.operations.review.review_assemblies import SERVICE, Resources, actions, resource, reviewed_folders, written

ONE, TWO = "1" * 64, "2" * 64


def between(folder: Path, before: Resources, after: Resources, *, files: bool = True) -> Review:
    return reviewed_folders(
        written(folder / "base", {SERVICE: before}, files=[ONE] if files else []),
        written(folder / "head", {SERVICE: after}, files=[TWO] if files else []),
    )


def function(key: str) -> Resources:
    return {"Function": resource("AWS::Lambda::Function", "Function/Resource", Code={"S3Key": f"{key}.zip"})}


def test_another_hash_of_an_uploaded_file_is_no_change(tmp_path: Path) -> None:
    assert between(tmp_path, function(ONE), function(TWO)).resources == []


def test_another_hash_that_is_not_of_an_uploaded_file_is_a_change(tmp_path: Path) -> None:
    assert actions(between(tmp_path, function(ONE), function(TWO), files=False)) == {"Function": "changed"}


def test_another_hash_of_an_image_is_a_change_of_the_task_definition(tmp_path: Path) -> None:
    before, after = (
        {
            "Task": resource(
                "AWS::ECS::TaskDefinition",
                "Task/Resource",
                ContainerDefinitions=[{"Image": {"Fn::Sub": f"registry.${{AWS::URLSuffix}}/assets:{each * 64}"}}],
            )
        }
        for each in ("3", "4")
    )
    assert actions(between(tmp_path, before, after)) == {"Task": "replaced"}


def test_another_template_of_a_nested_stack_is_a_change(tmp_path: Path) -> None:
    before, after = (
        {"Nested": resource("AWS::CloudFormation::Stack", "Nested.NestedStack", TemplateURL=f"https://s3/{each}.json")}
        for each in (ONE, TWO)
    )
    assert actions(between(tmp_path, before, after)) == {"Nested.NestedStack": "changed"}


def test_a_name_that_claims_to_be_a_hash_hides_nothing(tmp_path: Path) -> None:
    before, after = (
        {"Rule": resource("AWS::EC2::SecurityGroupEgress", "Rule", CidrIp=each)} for each in ("10.0.0.0/8", "0.0.0.0/0")
    )
    review = reviewed_folders(
        written(tmp_path / "base", {SERVICE: before}, files=["10.0.0.0/8"]),
        written(tmp_path / "head", {SERVICE: after}, files=["0.0.0.0/0"]),
    )
    assert actions(review) == {"Rule": "replaced"}


def test_metadata_of_the_cdk_is_no_resource_that_anybody_cares_for(tmp_path: Path) -> None:
    before, after = (
        {"CDKMetadata": resource("AWS::CDK::Metadata", "CDKMetadata/Default", Analytics=each)}
        for each in ("one", "two")
    )
    assert between(tmp_path / "1", before, after).resources == []
    assert between(tmp_path / "2", before, {}).resources == []
