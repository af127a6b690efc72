"""Reading what `cdk synth` wrote, which for HEAD is what a stranger's code wrote."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from operations.review.assembly import LARGEST, AssemblyError, read_assembly
from operations.review.names import environment_of, shortened
from tests.operations.review.review_assemblies import SERVICE, resource, reviewed_folders, written

STORE = {"Store": resource("AWS::S3::Bucket", "Data/Store/Resource")}
TEMPLATE = f"{SERVICE}.template.json"


@pytest.mark.parametrize(
    ("stack", "environment"),
    [
        ("slipway-prod-service", "prod"),
        ("slipway-blue-network-service", "blue-network"),
        ("slipway-eu-prod-observability", "eu-prod"),
        ("slipway-registry", "shared"),
        ("slipway-identity-111111111111", "shared"),
        ("slipway-service", "shared"),
        ("slipway--service", "shared"),
    ],
)
def test_a_stack_belongs_to_its_environment(stack: str, environment: str) -> None:
    assert environment_of(stack) == environment


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("/slipway-prod-service/Ingress/Targets/Resource", "Ingress/Targets"),
        ("slipway-prod-service/Logs/Default", "Logs"),
        ("/slipway-prod-service/WebService/Service/Service", "WebService/Service/Service"),
        ("/slipway-prod-service/Resource", "Resource"),
        ("/slipway-prod-service", ""),
    ],
)
def test_a_construct_is_called_by_what_it_is_below_its_stack(path: str, short: str) -> None:
    assert shortened(path, SERVICE) == short


def test_paths_come_from_the_metadata_or_else_from_the_template(tmp_path: Path) -> None:
    folder = written(tmp_path / "it", {SERVICE: STORE})
    assert read_assembly(folder).templates[0].paths == {"Store": "Data/Store"}
    (folder / f"{SERVICE}.metadata.json").write_text("{}")
    assert read_assembly(folder).templates[0].paths == {}
    template = json.loads((folder / TEMPLATE).read_text())
    template["Resources"]["Store"]["Metadata"] = {"aws:cdk:path": f"{SERVICE}/Data/Store/Resource"}
    (folder / TEMPLATE).write_text(json.dumps(template))
    assert read_assembly(folder).templates[0].paths == {"Store": "Data/Store"}


def test_metadata_may_also_lie_in_the_manifest(tmp_path: Path) -> None:
    """Where the CDK's older versions have it."""
    folder = written(tmp_path / "it", {SERVICE: STORE})
    manifest = json.loads((folder / "manifest.json").read_text())
    artifact = manifest["artifacts"][SERVICE]
    artifact["metadata"] = json.loads((folder / artifact.pop("additionalMetadataFile")).read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert read_assembly(folder).templates[0].paths == {"Store": "Data/Store"}


def test_stages_of_the_app_are_read_too(tmp_path: Path) -> None:
    written(tmp_path / "app" / "assembly-Stage", {SERVICE: STORE})
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}}
    (tmp_path / "app" / "manifest.json").write_text(json.dumps({"artifacts": {"assembly-Stage": stage}}))
    assert [template.stack for template in read_assembly(tmp_path / "app").templates] == [SERVICE]


def test_a_folder_that_is_no_assembly_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError) as told:
        read_assembly(tmp_path)
    assert (
        str(told.value)
        == f"{tmp_path}: has no manifest.json; must be a folder that cdk synth wrote, as make synth writes cdk.out"
    )


def test_the_same_folder_twice_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "it", {SERVICE: STORE})
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(AssemblyError, match="is BASE and HEAD; must be two folders"):
        reviewed_folders(folder, tmp_path / "link")


def leave_out_the_template(folder: Path) -> None:
    (folder / TEMPLATE).unlink()


def break_the_template(folder: Path) -> None:
    (folder / TEMPLATE).write_text("{")


def nest_the_template_without_end(folder: Path) -> None:
    (folder / TEMPLATE).write_text("[" * 100_000)


def make_the_template_a_list(folder: Path) -> None:
    (folder / TEMPLATE).write_text("[]")


def make_the_resources_a_list(folder: Path) -> None:
    (folder / TEMPLATE).write_text('{"Resources": []}')


def leave_out_the_type(folder: Path) -> None:
    (folder / TEMPLATE).write_text('{"Resources": {"Store": {"Properties": {}}}}')


def name_a_file_elsewhere(folder: Path) -> None:
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace(f'"{TEMPLATE}"', '"../secret.json"'))


def link_to_a_file_elsewhere(folder: Path) -> None:
    (folder / TEMPLATE).unlink()
    (folder / TEMPLATE).symlink_to(folder.parent / "secret.json")


def leave_out_the_properties(folder: Path) -> None:
    artifact = {"type": "aws:cloudformation:stack"}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {SERVICE: artifact}}))


def make_the_approvals_a_table(folder: Path) -> None:
    (folder / "approved-changes.json").write_text("{}")


def leave_out_what_is_approved(folder: Path) -> None:
    (folder / "approved-changes.json").write_text('[{"reason": "because I say so"}]')


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (leave_out_the_template, f"{TEMPLATE}: cannot be read: No such file or directory"),
        (break_the_template, f"{TEMPLATE}: is not JSON: Expecting property name"),
        (nest_the_template_without_end, f"{TEMPLATE}: is not JSON: maximum recursion depth exceeded"),
        (make_the_template_a_list, f"{TEMPLATE}: must be a table, as cdk synth writes it"),
        (make_the_resources_a_list, f"{TEMPLATE}: Resources: is not a table"),
        (leave_out_the_type, f"{TEMPLATE}: Resources.Store: is not a resource"),
        (name_a_file_elsewhere, "manifest.json: names '../secret.json', which is outside of the assembly"),
        (link_to_a_file_elsewhere, f"manifest.json: names '{TEMPLATE}', which is outside of the assembly"),
        (leave_out_the_properties, f"manifest.json: {SERVICE}: is not as cdk synth writes it: KeyError('properties')"),
        (make_the_approvals_a_table, "approved-changes.json: must be a list, as cdk synth writes it"),
        (leave_out_what_is_approved, "approved-changes.json: [0]: is not as the app writes it: KeyError('change')"),
    ],
)
def test_a_damaged_assembly_is_one_line(damage: Callable[[Path], None], complaint: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"Resources": {}}')
    folder = written(tmp_path / "it", {SERVICE: STORE})
    damage(folder)
    with pytest.raises(AssemblyError) as told:
        read_assembly(folder)
    assert complaint in str(told.value)
    assert "\n" not in str(told.value)


def test_outputs_parameters_and_settings_that_change_are_reported(tmp_path: Path) -> None:
    sections = {
        "base": {
            "Outputs": {"Url": {"Value": "one"}, "Gone": {"Value": "one"}, "PublishOutputRefStore": {"Value": "one"}},
            "Parameters": {"ImageTag": {"Type": "String", "AllowedPattern": "a"}},
        },
        "head": {
            "Outputs": {"Url": {"Value": "two"}},
            "Parameters": {
                "ImageTag": {"Type": "String", "AllowedPattern": "b"},
                "Bare": {"Type": "String"},
                "Filled": {"Type": "String", "Default": "x"},
            },
        },
    }
    folders = [written(tmp_path / side, {SERVICE: STORE}, sections={SERVICE: each}) for side, each in sections.items()]
    manifest = folders[0] / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"templateFile"', '"terminationProtection": true, "templateFile"'))
    changes = reviewed_folders(*folders).settings
    assert [(each.kind, each.name, each.action, each.note) for each in changes] == [
        ("parameter", "ImageTag", "changed", ""),
        ("parameter", "Bare", "added", "has no default: the next deployment must give it a value"),
        ("parameter", "Filled", "added", ""),
        ("output", "Url", "changed", ""),
        ("output", "Gone", "removed", ""),
        ("setting", "terminationProtection", "removed", ""),
    ]


def test_findings_that_are_accepted_from_now_on_are_reported(tmp_path: Path) -> None:
    known = {f"{SERVICE}/Data/Store": {"AwsSolutions-S1": "Known."}}
    added = {
        f"{SERVICE}/Data/Store": {"AwsSolutions-S1": "Known.", "Annotation::AwsSolutions-S10": "New."},
        SERVICE: {"CloudFormation-Validate::W3010": "Of the whole stack."},
    }
    base = written(tmp_path / "base", {SERVICE: STORE}, acknowledged=known)
    review = reviewed_folders(base, written(tmp_path / "head", {SERVICE: STORE}, acknowledged=added))
    assert [(each.resource, each.finding, each.reason) for each in review.acknowledged] == [
        ("Data/Store", "AwsSolutions-S10", "New."),
        ("", "CloudFormation-Validate::W3010", "Of the whole stack."),
    ]


def test_conditions_that_go_round_in_a_circle_are_compared_all_the_same(tmp_path: Path) -> None:
    store = {"Store": resource("AWS::S3::Bucket", "Store", BucketName={"Fn::If": ["One", "a", "b"]})}
    sections = {SERVICE: {"Conditions": {"One": {"Condition": "Two"}, "Two": {"Condition": "One"}}}}
    folders = [written(tmp_path / side, {SERVICE: store}, sections=sections) for side in ("base", "head")]
    assert reviewed_folders(*folders).resources == []


def test_a_changed_mapping_or_condition_changes_what_depends_on_it(tmp_path: Path) -> None:
    store = {
        "Mapped": resource("AWS::S3::Bucket", "Mapped", BucketName={"Fn::FindInMap": ["Names", "prod", "store"]}),
        "Chosen": resource("AWS::S3::Bucket", "Chosen", BucketName={"Fn::If": ["IsMain", "one", "two"]}),
        "Optional": resource("AWS::SQS::Queue", "Optional", attributes={"Condition": "IsMain"}),
    }
    folders = [
        written(
            tmp_path / side,
            {SERVICE: store},
            sections={
                SERVICE: {
                    "Mappings": {"Names": {"prod": {"store": side}}},
                    "Conditions": {
                        "IsMain": {"Fn::Not": [{"Condition": "IsOther"}]},
                        "IsOther": {"Fn::Equals": [{"Ref": "AWS::Region"}, side]},
                    },
                }
            },
        )
        for side in ("eu-west-1", "eu-central-1")
    ]
    changes = {each.resource: (str(each.action), each.causes) for each in reviewed_folders(*folders).resources}
    assert changes == {
        "Mapped": ("replaced", ("BucketName",)),
        "Chosen": ("replaced", ("BucketName",)),
        "Optional": ("changed", ()),
    }


def test_a_file_of_any_size_is_not_read(tmp_path: Path) -> None:
    folder = written(tmp_path / "it", {SERVICE: STORE})
    with (folder / TEMPLATE).open("r+b") as file:
        file.truncate(LARGEST + 1)  # a hole: it takes no room
    with pytest.raises(AssemblyError, match=r"template\.json: must have at most 32,000,000 bytes, has 32,000,001$"):
        read_assembly(folder)
