"""VPC endpoints as EC2 describes them; MiniStack 1.5.33 keeps more of them than it shows, and filters by id only."""

import json
from typing import Any
from xml.sax.saxutils import escape

from sandbox.emulator.internals import internal, replace

_MODULE = "services.ec2"
_FILTERS = {
    "service-name": "ServiceName",
    "vpc-endpoint-id": "VpcEndpointId",
    "vpc-endpoint-state": "State",
    "vpc-endpoint-type": "VpcEndpointType",
    "vpc-id": "VpcId",
}
_Endpoint = dict[str, Any]


def describe_endpoints() -> None:
    """Let DescribeVpcEndpoints show policies, security groups and private DNS, and take filters.

    There are no network interfaces behind an interface endpoint, and no names that resolve to them.
    """
    replace(_MODULE, "_vpce_fields_xml", _in_full)
    actions = internal(_MODULE, "_ACTION_MAP")
    actions["DescribeVpcEndpoints"] = _filtered(actions["DescribeVpcEndpoints"])


def _in_full(original: Any) -> Any:
    def fields_xml(endpoint: _Endpoint, tag: str = "item") -> str:
        shown: str = original(endpoint, tag)
        return f"{shown.removesuffix(f'</{tag}>')}{_hidden(endpoint)}</{tag}>"

    return fields_xml


def _hidden(endpoint: _Endpoint) -> str:
    policy = endpoint.get("PolicyDocument")
    document = policy if isinstance(policy, str) else json.dumps(policy)
    groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in endpoint.get("SecurityGroupIds") or [])
    private = str(endpoint.get("PrivateDnsEnabled", False)).lower()
    return f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>" + (
        f"<policyDocument>{escape(document)}</policyDocument>" if policy else ""
    )


def _filtered(original: Any) -> Any:
    def describe(parameters: dict[str, Any]) -> Any:
        asked = {
            _FILTERS[name]: values
            for name, values in internal(_MODULE, "_parse_filters")(parameters).items()
            if name in _FILTERS
        }
        if not asked:
            return original(parameters)
        ids = internal(_MODULE, "_parse_member_list")(parameters, "VpcEndpointId")
        found = [
            identifier
            for identifier, endpoint in internal(_MODULE, "_vpc_endpoints").items()
            if (not ids or identifier in ids) and all(str(endpoint.get(key)) in asked[key] for key in asked)
        ]
        # Without an id MiniStack describes every endpoint.
        return original({f"VpcEndpointId.{n}": [each] for n, each in enumerate(found or ["none"], start=1)})

    return describe
