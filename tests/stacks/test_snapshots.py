"""A change in any template is seen in review; `make snapshots` accepts it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

STACKS = [
    "slipway-identity-111111111111",
    "slipway-identity-222222222222",
    "slipway-registry",
    "sandbox-slipway-identity",
    "sandbox-slipway-registry",
    *(
        f"slipway-{environment}-{stack}"
        for environment in ("dev", "prod", "sandbox")
        for stack in ("network", "telemetry", "service", "observability")
    ),
    *(f"slipway-prod-{stack}" for stack in ("prometheus", "dashboards")),
]


def test_every_stack_has_a_snapshot(templates: Mapping[str, Any]) -> None:
    assert sorted(STACKS) == sorted(templates)


@pytest.mark.parametrize("stack", STACKS)
def test_template_is_as_reviewed(stack: str, templates: Mapping[str, Any], snapshot: SnapshotAssertion) -> None:
    assert masked(stack, templates[stack]) == snapshot(extension_class=JSONSnapshotExtension)


def masked(stack: str, template: Any) -> Any:
    """The template without what moves by itself: asset hashes, and the sandbox's processor, which is the machine's."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "ASSET", json.dumps(template))
    if "sandbox" in stack:
        text = re.sub(r'"CpuArchitecture": "\w+"', '"CpuArchitecture": "MACHINE"', text)
    return json.loads(text)
