"""What is deployed against an assembly: `slipway diff` and `slipway drift` through the real CDK CLI."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox

TELEMETRY = "slipway-sandbox-telemetry"


@pytest.fixture(scope="module")
def assembly(sandbox: Sandbox) -> Path:
    """What was deployed."""
    return sandbox.assembly


def resource(sandbox: Sandbox, stack: str, type_name: str) -> dict[str, str]:
    """The first of that type in the stack."""
    found = sandbox.client("cloudformation").list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return next(each for each in found if each["ResourceType"] == type_name)


def printed(sandbox: Sandbox, *words: str) -> tuple[int, Any]:
    ended = sandbox.slipway(*words, "--json")
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def test_what_was_deployed_differs_in_nothing(sandbox: Sandbox, assembly: Path) -> None:
    code, found = printed(sandbox, "diff", "sandbox", str(assembly))
    assert (code, found["problem"]) == (0, "")
    stacks = [line.split()[1] for line in found["text"].splitlines() if line.startswith("Stack ")]
    assert {"slipway-registry", "slipway-identity", "slipway-sandbox-service", TELEMETRY} <= set(stacks)
    assert found["text"].count("There were no differences") == len(stacks)


def test_a_changed_template_is_told_without_what_the_assembly_says_of_roles_and_files(
    sandbox: Sandbox, assembly: Path, tmp_path: Path
) -> None:
    head = Path(shutil.copytree(assembly, tmp_path / "head", ignore=shutil.ignore_patterns("asset.*")))
    path = head / f"{TELEMETRY}.template.json"
    template = json.loads(path.read_text())
    topic = resource(sandbox, TELEMETRY, "AWS::SNS::Topic")["LogicalResourceId"]
    template["Resources"][topic]["Properties"]["DisplayName"] = "Changed"
    path.write_text(json.dumps(template))
    manifest = json.loads((head / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        if artifact["type"] == "aws:cloudformation:stack":
            hostile = "arn:aws:iam::999999999999:role/theirs"
            artifact["properties"] |= {"assumeRoleArn": hostile, "lookupRole": {"arn": hostile}}
    (head / "manifest.json").write_text(json.dumps(manifest))
    code, found = printed(sandbox, "diff", "sandbox", str(head))
    assert code == 0
    assert "[~] AWS::SNS::Topic" in found["text"]
    assert "DisplayName" in found["text"]
    assert "999999999999" not in found["text"]


def test_drift_is_what_somebody_changed_by_hand(sandbox: Sandbox, assembly: Path) -> None:
    code, before = printed(sandbox, "drift", "sandbox", "--assembly", str(assembly))
    assert (code, before["drifted"], before["problem"]) == (0, 0, "")
    logs = sandbox.client("logs")
    name = resource(sandbox, "slipway-sandbox-service", "AWS::Logs::LogGroup")["PhysicalResourceId"]
    (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=30)
    try:
        code, after = printed(sandbox, "drift", "sandbox", "--assembly", str(assembly))
    finally:
        logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=group["retentionInDays"])
    assert (code, after["drifted"]) == (1, 1)
    assert "/RetentionInDays" in after["text"]
    assert "[+] 30" in after["text"]
