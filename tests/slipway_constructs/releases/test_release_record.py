"""The record of releases: one parameter whose versions are the releases."""

from slipway_constructs.releases.release_record import ReleaseRecord
from tests.slipway_constructs.conftest import new_stack, only


def test_each_release_is_a_version_with_its_tag_and_who_released_it() -> None:
    stack = new_stack()
    ReleaseRecord(stack, "Release", parameter_name="/slipway/dev/release", image_tag="sha-0123456", released_by="ana")
    assert only(stack, "AWS::SSM::Parameter") == {
        "Type": "String",
        "Name": "/slipway/dev/release",
        "Value": "sha-0123456",
        "Description": "released by ana",
    }
