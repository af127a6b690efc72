"""Requests on their way through the load balancer: to which target they go, and how many wait for their answer.

In MiniStack 1.5.33 a request goes to any registered target. Here it goes to a healthy one, and when none is, to any
("the load balancer fails open", Elastic Load Balancing: "Health checks for Application Load Balancer target groups").

Not modelled: connections kept open to a target between two requests, least outstanding requests and stickiness.
"""

import random
from collections import Counter
from typing import Any

from sandbox.emulator.internals import internal, replace
from sandbox.emulator.target_health import health_of

_ALB = "services.alb"

_under_way: Counter[str] = Counter()
"""Requests whose answer is not complete, by the address of the target."""


def send_to_healthy_targets() -> None:
    """Let requests go to healthy targets, and be counted as long as they are under way."""
    replace(_ALB, "_forward_to_tg", _to_healthy_targets)


def requests_under_way(address: str) -> int:
    """How many requests that target has not answered completely yet."""
    return _under_way[address]


def _to_healthy_targets(original: Any) -> Any:
    async def forward(arn: str, method: str, path: str, headers: Any, body: Any, query: Any, *raw: Any) -> Any:
        group, targets = internal(_ALB, "_tgs").get(arn), internal(_ALB, "_targets").get(arn) or []
        if not group or not targets or group.get("TargetType") != "ip":
            return await original(arn, method, path, headers, body, query, *raw)
        healthy = [target for target in targets if health_of(arn, target["Id"]).state == "healthy"]
        target = random.choice(healthy or targets)  # noqa: S311  # traffic is distributed, nothing is kept secret
        query_string, raw_path = (*raw, None, None)[:2]
        return await _proxied(target, group, method, raw_path or path, headers, body, query, query_string)

    return forward


async def _proxied(target: dict[str, Any], *request: Any) -> Any:
    address = target["Id"]
    _under_way[address] += 1
    try:
        status, headers, body = await internal(_ALB, "_proxy_http_target")(target, *request)
    except BaseException:
        _under_way[address] -= 1
        raise
    if not isinstance(body, internal("core.responses", "StreamingResponse")):
        _under_way[address] -= 1
        return status, headers, body
    return status, headers, _until_its_end(body, address)


def _until_its_end(body: Any, address: str) -> Any:
    async def run(send: Any, receive: Any) -> None:
        try:
            await body.runner(send, receive)
        finally:
            _under_way[address] -= 1

    return internal("core.responses", "StreamingResponse")(run)
