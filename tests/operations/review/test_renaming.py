"""A resource that only has another logical id."""

from pathlib import Path

from tests.operations.review.review_assemblies import (
    NETWORK,
    SERVICE,
    VPC,
    attribute,
    changed,
    ref,
    resource,
    reviewed,
    without,
)


def test_another_logical_id_is_a_deletion_and_an_addition_and_told_as_a_renaming(tmp_path: Path) -> None:
    after = {
        "Renamed": resource("AWS::EC2::SecurityGroup", "Group/Resource", GroupDescription="Tasks", VpcId=ref("Vpc")),
        **changed(without(VPC, "Group"), "Rule", GroupId=attribute("Renamed", "GroupId")),
    }
    changes = {each.logical_id: each for each in reviewed(tmp_path, VPC, after, stack=NETWORK).resources}
    assert {name: str(each.action) for name, each in changes.items()} == {
        "Renamed": "added",
        "Group": "destroyed",
        "Rule": "replaced",
    }
    end = "under another logical id; CloudFormation makes the new one, then destroys the old"
    assert changes["Group"].note == f"renamed to Group (Renamed) {end}"
    assert changes["Renamed"].note == f"renamed from Group (Group) {end}"


def test_a_renaming_may_change_what_follows_from_the_name(tmp_path: Path) -> None:
    before, after = (
        {
            name: resource(
                "AWS::EC2::SecurityGroup",
                f"{name}/Resource",
                GroupDescription=f"{SERVICE}/{name}",
                GroupName=name,
                Tags=[{"Key": "Name", "Value": f"{SERVICE}/{name}/Parent"}],
            )
        }
        for name in ("Old", "New")
    )
    notes = [each.note.partition(" under")[0] for each in reviewed(tmp_path, before, after).resources]
    assert notes == ["renamed from Old (Old)", "renamed to New (New)"]


def test_two_of_a_kind_are_renamed_one_by_one(tmp_path: Path) -> None:
    before, after = (
        {name: resource("AWS::SQS::Queue", f"{name}/Resource") for name in names} for names in (("A", "B"), ("C", "D"))
    )
    notes = [each.note.partition(" under")[0] for each in reviewed(tmp_path, before, after).resources]
    assert notes == ["renamed from A (A)", "renamed from B (B)", "renamed to C (C)", "renamed to D (D)"]


def test_another_resource_of_the_same_type_is_no_renaming(tmp_path: Path) -> None:
    before = {"One": resource("AWS::SQS::Queue", "One/Resource", DelaySeconds=1)}
    after = {"Two": resource("AWS::SQS::Queue", "Two/Resource", DelaySeconds=2)}
    assert [each.note for each in reviewed(tmp_path, before, after).resources] == ["", ""]
