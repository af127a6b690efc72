"""Requests on their way through the load balancer: to which target they go, and how many wait for their answer.

In MiniStack 1.5.33 a request goes to any registered target. Here it goes to a healthy one, and when none is, to any
("the load balancer fails open", Elastic Load Balancing: "Health checks for Application Load Balancer target groups").

Not modelled: connections kept open to a target between two requests, least outstanding requests and stickiness.
"""

import asyncio
import contextlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sandbox.emulator.internals import internal, replace
from sandbox.emulator.load_balancing import load_balancer_metrics
from sandbox.emulator.load_balancing.target_health import health_of

_ALB = "services.alb"
_BAD_GATEWAY, _NO_TARGET, _TOO_LATE = 502, 503, 504
_NOT_CONNECTED = (b"Connection refused", b"No route to host", b"Network is unreachable", b"Host is unreachable")

_balancer: ContextVar[str] = ContextVar("_balancer")
"""The ARN of the load balancer that the request came to."""


@dataclass(eq=False)
class _Part:
    """What is done for a request whose answer is not complete."""

    loop: asyncio.AbstractEventLoop
    work: "asyncio.Future[Any]"
    is_cut: bool = False

    def cut(self) -> None:
        self.is_cut = True
        self.work.cancel()


_under_way: defaultdict[str, list[_Part]] = defaultdict(list)
"""Requests whose answer is not complete, by the address of the target."""


class _CutOffError(Exception):
    """The load balancer has closed the connection to the target."""


def send_to_healthy_targets() -> None:
    """Let requests go to healthy targets, be counted as long as they are under way, and be measured."""
    replace(_ALB, "dispatch_request", _of_balancer)
    replace(_ALB, "_forward_to_tg", _to_healthy_targets)


def requests_under_way(address: str) -> int:
    """How many requests that target has not answered completely yet."""
    return len(_under_way[address])


def cut_off(address: str) -> None:
    """Let requests fail that the target at that address has not answered: it has ended, or its time to drain is over.

    The load balancer answers 502, as for a target that closes the connection and for one whose deregistration delay
    has elapsed ("Troubleshoot your Application Load Balancers": HTTP 502). May be called from any thread.
    """
    for part in list(_under_way[address]):
        part.loop.call_soon_threadsafe(part.cut)


def _of_balancer(original: Any) -> Any:
    async def dispatch(balancer: Any, *request: Any, **named: Any) -> Any:
        _balancer.set(balancer["LoadBalancerArn"])
        return await original(balancer, *request, **named)

    return dispatch


def _to_healthy_targets(original: Any) -> Any:
    async def forward(arn: str, method: str, path: str, headers: Any, body: Any, query: Any, *raw: Any) -> Any:
        group, targets = internal(_ALB, "_tgs").get(arn), internal(_ALB, "_targets").get(arn) or []
        if not group or group.get("TargetType") != "ip":
            return await original(arn, method, path, headers, body, query, *raw)
        if not targets:
            load_balancer_metrics.own_answer(_balancer.get(), _NO_TARGET)
            return await original(arn, method, path, headers, body, query, *raw)
        healthy = [target for target in targets if health_of(arn, target["Id"]).state == "healthy"]
        target = random.choice(healthy or targets)  # noqa: S311  # traffic is distributed, nothing is kept secret
        query_string, raw_path = (*raw, None, None)[:2]
        return await _measured(target, group, method, raw_path or path, headers, body, query, query_string)

    return forward


async def _measured(target: dict[str, Any], group: dict[str, Any], *request: Any) -> Any:
    begun = time.monotonic()
    status, headers, body = await _proxied(target, group, *request)
    seconds, arn = time.monotonic() - begun, group["TargetGroupArn"]
    if isinstance(body, internal("core.responses", "StreamingResponse")):
        load_balancer_metrics.request_answered(_balancer.get(), arn, status, seconds)
        return status, headers, body
    # MiniStack answers 502 whatever went wrong, and says what.
    late, connected = b"timed out" in body, not any(words in body for words in _NOT_CONNECTED)
    status = _TOO_LATE if late else status
    load_balancer_metrics.request_failed(_balancer.get(), arn, status, connected=connected)
    return status, headers, body


async def _proxied(target: dict[str, Any], *request: Any) -> Any:
    address = target["Id"]
    try:
        status, headers, body = await _on_its_way(address, internal(_ALB, "_proxy_http_target")(target, *request))
    except _CutOffError:
        message = {"message": f"Target {address}:{target.get('Port')} cut off"}
        return _BAD_GATEWAY, {"Content-Type": "application/json"}, json.dumps(message).encode()
    if not isinstance(body, internal("core.responses", "StreamingResponse")):
        return status, headers, body
    return status, headers, _until_its_end(body, address)


def _until_its_end(body: Any, address: str) -> Any:
    async def run(send: Any, receive: Any) -> None:
        with contextlib.suppress(_CutOffError):  # an answer that is not complete makes the server close the connection
            await _on_its_way(address, body.runner(send, receive))

    return internal("core.responses", "StreamingResponse")(run)


async def _on_its_way(address: str, work: Coroutine[Any, Any, Any]) -> Any:
    """Do a part of a request while it counts as under way.

    Raises:
        _CutOffError: `cut_off` was called.
    """
    part = _Part(asyncio.get_running_loop(), asyncio.ensure_future(work))
    _under_way[address].append(part)
    try:
        return await part.work
    except asyncio.CancelledError:
        if part.is_cut:
            raise _CutOffError from None
        raise
    finally:
        _under_way[address].remove(part)
