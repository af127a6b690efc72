"""Small assemblies as `cdk synth` writes them, and reviews of two of them."""

import copy
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from operations.review.comparison import compare, read_both
from operations.review.report import Review

Resource = dict[str, Any]
Resources = dict[str, Resource]

SERVICE = "slipway-prod-service"
NETWORK = "slipway-prod-network"


def resource(
    type_name: str, path: str, /, *, attributes: Mapping[str, Any] | None = None, **properties: Any
) -> Resource:
    """A resource whose construct has that path below its stack."""
    return {"Type": type_name, "Properties": properties, "Path": path, **(attributes or {})}


def ref(logical_id: str) -> dict[str, str]:
    return {"Ref": logical_id}


def attribute(logical_id: str, name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [logical_id, name]}


VPC: Resources = {
    "Vpc": resource("AWS::EC2::VPC", "Network/Vpc/Resource", CidrBlock="10.0.0.0/16"),
    "Group": resource("AWS::EC2::SecurityGroup", "Group/Resource", GroupDescription="Tasks", VpcId=ref("Vpc")),
    "Rule": resource(
        "AWS::EC2::SecurityGroupIngress",
        "Group/Rule",
        GroupId=attribute("Group", "GroupId"),
        IpProtocol="tcp",
        CidrIp="10.0.0.0/16",
    ),
    "Address": resource("AWS::EC2::EIP", "Address/Resource", Domain="vpc"),
}


def statement(action: Any, on: Any = "*", /, *, effect: str = "Allow", **other: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": on, **other}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def written(
    folder: Path,
    stacks: Mapping[str, Resources],
    *,
    sections: Mapping[str, Mapping[str, Any]] | None = None,
    places: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    files: Sequence[str] = (),
    approvals: Sequence[Mapping[str, str]] | None = None,
    acknowledged: Mapping[str, Mapping[str, str]] | None = None,
) -> Path:
    """An assembly of these stacks.

    Args:
        sections: other parts of the templates, by stack.
        places: `ACCOUNT/REGION` by stack; omitted, one and the same.
        names: what CloudFormation calls the stacks, by id; omitted, the same.
        files: hashes of the files that go with every stack.
        approvals: what the app says is approved; omitted, it says nothing.
        acknowledged: reason by finding, by construct path with its stack.
    """
    folder.mkdir(parents=True)
    artifacts = {}
    for stack, resources in stacks.items():
        metadata: dict[str, list[dict[str, Any]]] = {
            f"/{stack}/{each['Path']}": [{"type": "aws:cdk:logicalId", "data": logical_id}]
            for logical_id, each in resources.items()
        }
        for path, findings in (acknowledged or {}).items():
            if path.startswith(stack):
                metadata.setdefault(f"/{path}", []).append({"type": "aws:cdk:acknowledged-rules", "data": findings})
        template = {
            "Resources": {
                logical_id: {key: value for key, value in each.items() if key != "Path"}
                for logical_id, each in resources.items()
            },
            **(sections or {}).get(stack, {}),
        }
        (folder / f"{stack}.template.json").write_text(json.dumps(template))
        (folder / f"{stack}.metadata.json").write_text(json.dumps(metadata))
        (folder / f"{stack}.assets.json").write_text(json.dumps({"files": {hash_: {} for hash_ in files}}))
        artifacts[stack] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{(places or {}).get(stack, '111111111111/eu-central-1')}",
            "properties": {"templateFile": f"{stack}.template.json", "stackName": (names or {}).get(stack, stack)},
            "additionalMetadataFile": f"{stack}.metadata.json",
            "displayName": stack,
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    if approvals is not None:
        (folder / "approved-changes.json").write_text(json.dumps(approvals))
    return folder


def reviewed_folders(base: Path, head: Path) -> Review:
    """The review of the assemblies in these folders."""
    return compare(*read_both(base, head))


def reviewed(
    folder: Path,
    before: Resources,
    after: Resources,
    *,
    stack: str = SERVICE,
    approvals: Sequence[Mapping[str, str]] | None = None,
) -> Review:
    """The review of one stack that had these resources and is to have those."""
    return reviewed_folders(
        written(folder / "base", {stack: before}), written(folder / "head", {stack: after}, approvals=approvals)
    )


def edited(
    assembly: Path, folder: Path, stack: str, edit: Callable[[dict[str, Resource]], None], *, approvals: Any = None
) -> Path:
    """A copy of that assembly in which the resources of one stack were edited in place."""
    copied = Path(shutil.copytree(assembly, folder, ignore=shutil.ignore_patterns("asset.*", "tree.json")))
    path = copied / f"{stack}.template.json"
    template = json.loads(path.read_text())
    edit(template["Resources"])
    path.write_text(json.dumps(template))
    if approvals is not None:
        (copied / "approved-changes.json").write_text(json.dumps(approvals))
    return copied


def changed(resources: Resources, logical_id: str, **properties: Any) -> dict[str, Resource]:
    """The resources, one of them with these properties."""
    copied = copy.deepcopy(resources)
    copied[logical_id]["Properties"] |= properties
    return copied


def without(resources: Resources, *logical_ids: str) -> dict[str, Resource]:
    """The resources without these."""
    return {logical_id: each for logical_id, each in resources.items() if logical_id not in logical_ids}


def refused(review: Review) -> list[tuple[str, str | None]]:
    """What is refused of which resource."""
    return [(refusal.change, refusal.resource) for refusal in review.refused]


def actions(review: Review) -> dict[str, str]:
    """What becomes of each resource, by construct path."""
    return {change.resource: str(change.action) for change in review.resources}


def granted(folder: Path, before: Resources, after: Resources) -> list[tuple[str, str]]:
    return [(each.resource, each.grant) for each in reviewed(folder, before, after).broadenings]


def of_type(resources: Mapping[str, Resource], type_name: str) -> Resource:
    return next(each for each in resources.values() if each["Type"] == type_name)


def use_another_health_path(resources: dict[str, Resource]) -> None:
    of_type(resources, "AWS::ElasticLoadBalancingV2::TargetGroup")["Properties"]["HealthCheckPath"] = "/up"


def add_a_variable(resources: dict[str, Resource]) -> None:
    definition = of_type(resources, "AWS::ECS::TaskDefinition")["Properties"]["ContainerDefinitions"]
    next(each for each in definition if "Environment" in each)["Environment"].append({"Name": "MODE", "Value": "fast"})


def both(resources: dict[str, Resource]) -> None:
    use_another_health_path(resources)
    add_a_variable(resources)
