"""The table of what CloudFormation replaces is the one of the provider schemas.

`pytest tests/operations/review/test_create_only.py --snapshot-update` writes it anew.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from operations.review.create_only import TABLE, conditionally_create_only, create_only, is_known, values_at
from operations.review.stateful import STATEFUL

# What our templates consist of, what may join them, and what keeps data.
SERVICES = {
    "APS",
    "ApplicationAutoScaling",
    "AutoScaling",
    "CertificateManager",
    "Chatbot",
    "CloudFormation",
    "CloudWatch",
    "Cognito",
    "DocDB",
    "DynamoDB",
    "EC2",
    "ECR",
    "ECS",
    "EFS",
    "ElastiCache",
    "ElasticLoadBalancingV2",
    "Events",
    "FSx",
    "IAM",
    "KMS",
    "Kinesis",
    "KinesisFirehose",
    "Lambda",
    "Logs",
    "Neptune",
    "OpenSearchService",
    "RDS",
    "Redshift",
    "Route53",
    "S3",
    "SNS",
    "SQS",
    "SSM",
    "Scheduler",
    "SecretsManager",
    "ServiceDiscovery",
    "StepFunctions",
    "Synthetics",
    "WAFv2",
    "XRay",
}


def of_schemas() -> dict[str, dict[str, list[str]]]:
    types = sorted(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))
    return {name: of_schema(name) for name in types if name.split("::")[1] in SERVICES and name.startswith("AWS::")}


def of_schema(type_name: str) -> dict[str, list[str]]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    lists = {
        "always": schema.get("createOnlyProperties") or [],
        "sometimes": schema.get("conditionalCreateOnlyProperties") or [],
    }
    return {
        name: sorted({path.removeprefix("/properties/") for path in paths}) for name, paths in lists.items() if paths
    }


def as_file(table: Mapping[str, Any]) -> str:
    """One type a line, so that a change of the schemas can be read as a diff."""
    lines = (f"  {json.dumps(name)}: {json.dumps(lists)}" for name, lists in table.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def test_the_table_is_that_of_the_provider_schemas(request: pytest.FixtureRequest) -> None:
    table = of_schemas()
    if request.config.option.update_snapshots:
        TABLE.write_text(as_file(table))
    assert json.loads(TABLE.read_text()) == table


@pytest.mark.parametrize("type_name", STATEFUL)
def test_what_replaces_a_stateful_resource_is_known(type_name: str) -> None:
    assert is_known(type_name)


def test_what_replaces_a_resource_of_ours_is_known(templates: Mapping[str, Any]) -> None:
    """Whether a custom resource is replaced only its own code decides."""
    types = {each["Type"] for template in templates.values() for each in template["Resources"].values()}
    assert {name for name in types if not is_known(name)} == {name for name in types if name.startswith("Custom::")}


def test_the_table_tells_what_always_replaces_from_what_only_may() -> None:
    assert "ServiceName" in create_only("AWS::ECS::Service")
    assert "LaunchType" in conditionally_create_only("AWS::ECS::Service")
    assert "TaskDefinition" not in {
        *create_only("AWS::ECS::Service"),
        *conditionally_create_only("AWS::ECS::Service"),
    }


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("Name", ["a"]),
        ("Nested/Key", [1]),
        ("Nested/Missing", []),
        ("List/*/Key", [2, 3]),
        ("List", [[{"Key": 2}, {"Other": 1}, {"Key": 3}]]),
        ("Name/Key", []),
    ],
)
def test_a_path_leads_to_its_values(path: str, values: list[object]) -> None:
    properties = {"Name": "a", "Nested": {"Key": 1}, "List": [{"Key": 2}, {"Other": 1}, {"Key": 3}]}
    assert list(values_at(properties, path)) == values
