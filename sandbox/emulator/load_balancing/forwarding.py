"""The emulated load balancer: forwarding by weight to several target groups, and which listener a request reaches.

MiniStack 1.5.33 reads the first target group of a forward action and no other, neither from a template nor from its
API, and sends a request whose port no listener has to the listener that was created first.
"""

import random
from typing import Any

from sandbox.emulator.internals import internal, replace

_ALB = "services.alb"
_PREFERRED_PORTS = (443, 80)
_Action = dict[str, Any]


def forward_by_weight() -> None:
    """Keep the target groups of a forward action with their weights, show them and forward accordingly.

    A target group of weight 0 gets nothing, and of two whose weights are 100 and 0 always the first is chosen.
    Stickiness is kept and shown; every request is distributed anew.
    """
    replace("services.cloudformation.provisioners", "_elbv2_listener_actions", _of_templates)
    replace(_ALB, "_parse_actions", _of_requests)
    replace(_ALB, "_action_xml", _shown)
    replace(_ALB, "_execute_actions", _executed)


def reach_listeners_by_port() -> None:
    """Let a request reach the listener of its Host header's port, and else the one for production traffic.

    `NAME.alb.localhost:9001` in the Host header reaches the listener on port 9001. Any other port, such as the
    emulator's own, reaches the listener on 443, else on 80, else the one created first; nothing here speaks TLS.
    """

    def by_port(original: Any) -> Any:
        async def dispatch(
            balancer: Any, method: str, path: str, headers: Any, body: Any, query: Any, port: int = 80, **named: Any
        ) -> Any:
            port = _listener_port(balancer["LoadBalancerArn"], port)
            return await original(balancer, method, path, headers, body, query, port, **named)

        return dispatch

    replace(_ALB, "dispatch_request", by_port)


def _listener_port(balancer: str, asked: int) -> int:
    listeners = internal(_ALB, "_listeners").values()
    ports = [each.get("Port", 80) for each in listeners if each["LoadBalancerArn"] == balancer]
    return next((port for port in (asked, *_PREFERRED_PORTS, *ports) if port in ports), asked)


def _of_templates(original: Any) -> Any:
    def actions(properties: dict[str, Any], balancer: str | None, prop: str = "DefaultActions") -> list[_Action]:
        asked = [action for action in properties.get(prop) or [] if isinstance(action, dict)]
        forwards = [_typed(action.get("ForwardConfig")) for action in asked]
        for forward in forwards:
            _attach(forward, balancer or internal(_ALB, "_listeners")[properties["ListenerArn"]]["LoadBalancerArn"])
        known = original(properties, balancer, prop=prop)
        return [_with_groups(action, forward) for action, forward in zip(known, forwards, strict=True)]

    return actions


def _attach(forward: dict[str, Any], balancer: str) -> None:
    """Let the target groups name the load balancer, as those of a plain forward action do."""
    for each in forward["TargetGroups"]:
        group = internal(_ALB, "_tgs").get(each["TargetGroupArn"])
        if group and balancer not in group.setdefault("LoadBalancerArns", []):
            group["LoadBalancerArns"].append(balancer)


def _of_requests(original: Any) -> Any:
    def parse(parameters: dict[str, Any], prefix: str = "DefaultActions") -> list[_Action]:
        return [
            _with_groups(action, _forward_of(parameters, f"{prefix}.member.{index}.ForwardConfig"))
            for index, action in enumerate(original(parameters, prefix), start=1)
        ]

    return parse


def _forward_of(parameters: dict[str, Any], prefix: str) -> dict[str, Any]:
    read = internal(_ALB, "_p")
    groups: list[dict[str, Any]] = []
    while arn := read(parameters, f"{prefix}.TargetGroups.member.{len(groups) + 1}.TargetGroupArn"):
        weight = read(parameters, f"{prefix}.TargetGroups.member.{len(groups) + 1}.Weight", "1")
        groups.append({"TargetGroupArn": arn, "Weight": weight})
    sticky = {
        name: read(parameters, f"{prefix}.TargetGroupStickinessConfig.{name}")
        for name in ("Enabled", "DurationSeconds")
    }
    return _typed({"TargetGroups": groups, "TargetGroupStickinessConfig": sticky})


def _typed(forward: dict[str, Any] | None) -> dict[str, Any]:
    groups = (forward or {}).get("TargetGroups") or []
    sticky = (forward or {}).get("TargetGroupStickinessConfig") or {}
    return {
        "TargetGroups": [
            {"TargetGroupArn": group["TargetGroupArn"], "Weight": int(group.get("Weight", 1))} for group in groups
        ],
        "TargetGroupStickinessConfig": {
            "Enabled": str(sticky.get("Enabled", "")).lower() == "true",
            **({"DurationSeconds": int(sticky["DurationSeconds"])} if sticky.get("DurationSeconds") else {}),
        },
    }


def _with_groups(action: _Action, forward: dict[str, Any]) -> _Action:
    """Return the action with its target groups; a single one is also named beside them, as on AWS."""
    groups = forward["TargetGroups"]
    if not groups:
        return action
    single = {"TargetGroupArn": groups[0]["TargetGroupArn"]} if len(groups) == 1 else {}
    rest = {name: value for name, value in action.items() if name != "TargetGroupArn"}
    return {**rest, **single, "ForwardConfig": forward}


def _shown(original: Any) -> Any:
    def action_xml(action: _Action) -> str:
        shown: str = original(action)
        if "ForwardConfig" not in action:
            return shown
        return f"{shown.removesuffix('</member>')}{_forward_xml(action['ForwardConfig'])}</member>"

    return action_xml


def _forward_xml(forward: dict[str, Any]) -> str:
    groups = "".join(
        f"<member><TargetGroupArn>{group['TargetGroupArn']}</TargetGroupArn><Weight>{group['Weight']}</Weight></member>"
        for group in forward["TargetGroups"]
    )
    sticky = "".join(
        f"<{name}>{str(value).lower()}</{name}>" for name, value in forward["TargetGroupStickinessConfig"].items()
    )
    return (
        f"<ForwardConfig><TargetGroups>{groups}</TargetGroups>"
        f"<TargetGroupStickinessConfig>{sticky}</TargetGroupStickinessConfig></ForwardConfig>"
    )


def _executed(original: Any) -> Any:
    async def execute(actions: list[_Action], *request: Any, **named: Any) -> Any:
        return await original([_chosen(action) for action in actions], *request, **named)

    return execute


def _chosen(action: _Action) -> _Action:
    groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
    weights = [group["Weight"] for group in groups]
    if not any(weights):
        return action
    (group,) = random.choices(groups, weights)  # noqa: S311  # traffic is distributed, nothing is kept secret
    return {**action, "TargetGroupArn": group["TargetGroupArn"]}
