"""What a review says CloudFormation would do to resources."""

from pathlib import Path

import pytest

from operations.review.report import Review
from tests.operations.review.review_assemblies import (
    SERVICE,
    Resources,
    actions,
    attribute,
    changed,
    ref,
    refused,
    resource,
    reviewed,
    without,
)

TASK: Resources = {
    "Task": resource(
        "AWS::ECS::TaskDefinition",
        "Task/Resource",
        attributes={"UpdateReplacePolicy": "Retain"},
        Cpu="256",
        ContainerDefinitions=[{"Name": "service", "Image": "repository:one"}],
    ),
    "Service": resource("AWS::ECS::Service", "Service/Service", ServiceName="slipway-prod", TaskDefinition=ref("Task")),
    "Alarm": resource(
        "AWS::CloudWatch::Alarm",
        "Alarm/Resource",
        Dimensions=[{"Name": "ServiceName", "Value": attribute("Service", "Name")}],
    ),
}


def only(review: Review) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    (change,) = review.resources
    return change.resource, str(change.action), change.properties, change.causes


def test_the_same_templates_differ_in_nothing(tmp_path: Path) -> None:
    review = reviewed(tmp_path, TASK, TASK)
    assert (review.resources, review.refusals, review.settings, review.broadenings) == ([], [], [], [])


def test_a_changed_image_replaces_the_task_definition_and_changes_the_service(tmp_path: Path) -> None:
    after = changed(TASK, "Task", ContainerDefinitions=[{"Name": "service", "Image": "repository:two"}])
    review = reviewed(tmp_path, TASK, after)
    assert actions(review) == {"Task": "replaced", "Service/Service": "changed"}
    task, service = review.resources
    assert task.properties == ("ContainerDefinitions[0].Image",)
    assert task.causes == ("ContainerDefinitions",)
    assert task.retained
    assert service.properties == ("TaskDefinition",)
    assert review.refused == ()


def test_a_resource_carries_its_logical_id_stack_and_environment(tmp_path: Path) -> None:
    (change,) = reviewed(tmp_path, TASK, changed(TASK, "Alarm", Threshold=2)).resources
    assert (change.environment, change.stack, change.logical_id, change.type) == (
        "prod",
        SERVICE,
        "Alarm",
        "AWS::CloudWatch::Alarm",
    )


def test_a_property_that_only_one_side_has_is_a_change_of_that_property(tmp_path: Path) -> None:
    assert only(reviewed(tmp_path / "1", TASK, changed(TASK, "Alarm", Threshold=2)))[2] == ("Threshold",)
    assert only(reviewed(tmp_path / "2", changed(TASK, "Alarm", Threshold=2), TASK))[2] == ("Threshold",)


def test_a_list_of_another_length_changes_as_a_whole(tmp_path: Path) -> None:
    assert only(reviewed(tmp_path, TASK, changed(TASK, "Alarm", Dimensions=[])))[2] == ("Dimensions",)


def test_truth_and_the_number_one_are_not_the_same(tmp_path: Path) -> None:
    before, after = (changed(TASK, "Alarm", ActionsEnabled=value) for value in (True, 1))
    assert only(reviewed(tmp_path, before, after))[2] == ("ActionsEnabled",)


def test_attributes_beside_the_properties_are_changes_too(tmp_path: Path) -> None:
    before = {"Alarm": resource("AWS::CloudWatch::Alarm", "Alarm/Resource")}
    after = {"Alarm": resource("AWS::CloudWatch::Alarm", "Alarm/Resource", attributes={"DeletionPolicy": "Retain"})}
    assert only(reviewed(tmp_path, before, after)) == ("Alarm", "changed", ("DeletionPolicy",), ())


def test_what_only_the_cdk_reads_is_no_change(tmp_path: Path) -> None:
    """Such as paths and asset names, which the CDK CLI has written into the templates and `python app.py` has not."""
    after = {
        name: each | {"Metadata": {"aws:cdk:path": f"{SERVICE}/{each['Path']}", "aws:asset:path": "asset.1"}}
        for name, each in TASK.items()
    }
    assert reviewed(tmp_path, TASK, after).resources == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"Fn::Sub": "arn:${AWS::Partition}:${Task}"},
            {"Fn::Join": ["", ["arn:", ref("AWS::Partition"), ":", ref("Task")]]},
        ),
        ({"Fn::GetAtt": "Service.Name"}, attribute("Service", "Name")),
        (
            {"Fn::Sub": ["${Name}-${!Literal}", {"Name": ref("Task")}]},
            {"Fn::Join": ["-", [ref("Task"), "${!Literal}"]]},
        ),
        ({"Fn::Join": [",", ["a", "b"]]}, "a,b"),
        ({"Fn::Join": ["", ["a"]]}, {"Fn::Join": ["-", ["a"]]}),
    ],
)
def test_the_same_value_said_otherwise_is_no_change(before: object, after: object, tmp_path: Path) -> None:
    assert (
        reviewed(
            tmp_path, changed(TASK, "Alarm", AlarmDescription=before), changed(TASK, "Alarm", AlarmDescription=after)
        ).resources
        == []
    )


def test_another_reference_is_a_change(tmp_path: Path) -> None:
    before, after = (
        changed(TASK, "Alarm", AlarmDescription={"Fn::Sub": f"${{{name}}}"}) for name in ("Task", "Service")
    )
    assert only(reviewed(tmp_path, before, after))[2] == ("AlarmDescription",)


def test_a_property_that_may_replace_is_told_as_such(tmp_path: Path) -> None:
    before = changed(TASK, "Service", LaunchType="EC2")
    review = reviewed(tmp_path, before, changed(TASK, "Service", LaunchType="FARGATE"))
    assert only(review) == ("Service/Service", "may be replaced", ("LaunchType",), ("LaunchType",))


def test_a_create_only_property_within_a_table_is_found_when_the_table_appears(tmp_path: Path) -> None:
    before = {"Images": resource("AWS::ECR::Repository", "Images/Resource")}
    review = reviewed(tmp_path, before, changed(before, "Images", EncryptionConfiguration={"EncryptionType": "KMS"}))
    assert only(review)[1:] == ("replaced", ("EncryptionConfiguration",), ("EncryptionConfiguration",))


def test_a_fixed_name_that_stands_in_the_way_of_a_replacement_is_told(tmp_path: Path) -> None:
    before = changed(without(TASK, "Alarm"), "Service", Cluster="one")
    (change,) = reviewed(tmp_path / "1", before, changed(before, "Service", Cluster="two")).resources
    assert change.note == "CloudFormation refuses to replace it as long as ServiceName stays 'slipway-prod'"
    after = changed(before, "Service", Cluster="two", ServiceName="slipway-prod-2")
    assert reviewed(tmp_path / "2", before, after).resources[0].note == ""


def test_of_a_type_without_a_known_schema_it_is_said_that_a_replacement_is_not_known(tmp_path: Path) -> None:
    before = {"It": resource("Acme::Shop::Thing", "It", Size=1), "Own": resource("Custom::Own", "Own", Size=1)}
    after = {"It": resource("Acme::Shop::Thing", "It", Size=2), "Own": resource("Custom::Own", "Own", Size=2)}
    notes = {each.resource: each.note for each in reviewed(tmp_path, before, after).resources}
    assert notes == {"It": "whether CloudFormation replaces a Acme::Shop::Thing is not known here", "Own": ""}


def test_another_type_under_the_same_logical_id_is_a_deletion_and_an_addition(tmp_path: Path) -> None:
    before = {"It": resource("AWS::S3::Bucket", "Store/Resource")}
    review = reviewed(tmp_path, before, {"It": resource("AWS::SQS::Queue", "Store/Resource")})
    assert [(str(each.action), each.type) for each in review.resources] == [
        ("added", "AWS::SQS::Queue"),
        ("destroyed", "AWS::S3::Bucket"),
    ]
    assert review.resources[0].note == "its logical id was that of a AWS::S3::Bucket"
    assert refused(review) == [("deletion", "Store")]


@pytest.mark.parametrize(
    ("policy", "retained"), [("Retain", True), ("Snapshot", True), ("Delete", False), (None, False)]
)
def test_what_stays_behind_is_told(policy: str | None, retained: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    attributes = {"DeletionPolicy": policy} if policy else {}
    before = {"Alarm": resource("AWS::CloudWatch::Alarm", "Alarm/Resource", attributes=attributes)}
    (change,) = reviewed(tmp_path, before, {}).resources
    assert (str(change.action), change.retained) == ("destroyed", retained)
