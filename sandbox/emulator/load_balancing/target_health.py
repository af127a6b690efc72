"""Health checks by the load balancer: every task that is a target, at its target group's interval, for its whole life.

In MiniStack 1.5.33 every target is healthy. Here a target gets requests as long as it is healthy, by its target group's
path, port, codes, timeout, interval and thresholds; one good check suffices for a new one ("After your target is
registered, it must pass one health check to be considered healthy", Elastic Load Balancing: "Health checks for
Application Load Balancer target groups").

Not modelled: that each node of a load balancer checks by itself, HTTPS and gRPC checks, and slow start. A target that
was registered by hand, such as a process of this machine, is not checked and counts as healthy.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from sandbox.emulator import background
from sandbox.emulator.internals import internal, replace
from sandbox.emulator.network import is_of_task
from sandbox.emulator.scope import scope_of

_ALB = "services.alb"
_REGISTRATION_SECONDS = 1.0  # from registration to the first check; on AWS a few seconds, and nowhere said how many
_Settings = dict[str, Any]
_Complaint = tuple[str, str]


@dataclass
class Check:
    """What the load balancer knows of one target, in the words of DescribeTargetHealth."""

    group: str
    address: str
    port: int
    state: str = "initial"
    reason: str = "Elb.InitialHealthChecks"
    description: str = "Initial health checks in progress"
    passed: int = 0
    failed: int = 0

    def passes(self, settings: _Settings) -> None:
        """Take note of a good answer."""
        self.passed, self.failed = self.passed + 1, 0
        if self.state == "initial" or self.passed >= _number(settings, "HealthyThresholdCount", 5):
            self.state, self.reason, self.description = "healthy", "", ""

    def fails(self, complaint: _Complaint, settings: _Settings) -> None:
        """Take note of a bad answer, or of none."""
        self.passed, self.failed = 0, self.failed + 1
        if self.failed >= _number(settings, "UnhealthyThresholdCount", 2):
            self.state, (self.reason, self.description) = "unhealthy", complaint

    def drains(self) -> None:
        """Take note that it is no longer registered."""
        self.state, self.reason = "draining", "Target.DeregistrationInProgress"
        self.description = "Target deregistration is in progress"


_checks: dict[tuple[str, str], Check] = {}
"""By target group and address. A target that is not in it was registered by hand."""

_drained: dict[tuple[str, str], Check] = {}
"""Likewise, of targets that get no new requests."""


def check_targets() -> None:
    """Let tasks that are registered as targets be checked, and tell of it."""
    replace(_ALB, "set_targets_for_group", _checked)
    replace(_ALB, "reset", _and_forget)
    internal(_ALB, "_ACTION_MAP")["DescribeTargetHealth"] = _describe


def health_of(group: str, address: str) -> Check:
    """What is known of that target; one that was registered by hand is healthy."""
    return _checks.get((group, address)) or Check(group, address, 0, "healthy", "", "")


def checked_targets(group: str) -> list[Check]:
    """The registered targets of that group that are checked."""
    return [check for (of, _), check in list(_checks.items()) if of == group]


def stop_draining(address: str) -> None:
    """Forget the deregistered targets of that address, because nothing is there any more."""
    for key in [key for key in _drained if key[1] == address]:
        _drained.pop(key, None)


def _checked(original: Any) -> Any:
    def set_targets(group: str, targets: list[tuple[str, int]], previous: Iterable[str] = ()) -> Any:
        for address in set(previous) - {address for address, _ in targets}:
            if check := _checks.pop((group, address), None):
                check.drains()
                _drained[group, address] = check
        settings = internal(_ALB, "_tgs").get(group) or {}
        for address, port in targets:
            is_of_task(address)
            if (group, address) not in _checks and settings.get("Protocol") in ("HTTP", "HTTPS"):
                check = _checks[group, address] = Check(group, address, port)
                background.launch(_probe(check))
        return original(group, targets, previous)

    return set_targets


async def _probe(check: Check) -> None:
    await asyncio.sleep(_REGISTRATION_SECONDS)
    due = asyncio.get_running_loop().time()
    while _checks.get((check.group, check.address)) is check:
        settings = _settings(check.group)
        complaint = await _complaint(check, settings)
        if check.state == "draining":
            return
        if complaint is None:
            check.passes(settings)
        else:
            check.fails(complaint, settings)
        now = asyncio.get_running_loop().time()
        due = max(due + _number(settings, "HealthCheckIntervalSeconds", 30), now)
        await asyncio.sleep(due - now)


def _settings(group: str) -> _Settings:
    with scope_of(group):
        return internal(_ALB, "_tgs").get(group) or {}


async def _complaint(check: Check, settings: _Settings) -> _Complaint | None:
    """Ask once; return the reason and the description of a failure."""
    asked = str(settings.get("HealthCheckPort", "traffic-port"))
    port = int(asked) if asked.isdecimal() else check.port
    try:
        async with asyncio.timeout(_number(settings, "HealthCheckTimeoutSeconds", 5)):
            code = await _status(check.address, port, settings.get("HealthCheckPath") or "/")
    except TimeoutError:
        return "Target.Timeout", "Request timed out"
    except (OSError, ValueError, IndexError):
        return "Target.FailedHealthChecks", "Health checks failed"
    if _is_expected(code, settings):
        return None
    return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]"


async def _status(address: str, port: int, path: str) -> int:
    """Send one request and return the code of its answer.

    Raises:
        OSError: Nobody listens, or the connection was cut.
        ValueError, IndexError: What came back is not HTTP.
    """
    reader, writer = await asyncio.open_connection(address, port)
    try:
        head = f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n"
        writer.write(f"{head}User-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n".encode())
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _is_expected(code: int, settings: _Settings) -> bool:
    matcher = settings.get("Matcher") or "200"
    codes = str(matcher.get("HttpCode", "200") if isinstance(matcher, dict) else matcher)
    ranges = (part.partition("-") for part in codes.split(","))
    return any(int(first) <= code <= int(last or first) for first, _, last in ranges)


def _number(settings: _Settings, name: str, default: int) -> int:
    return int(settings.get(name) or default)


def _describe(parameters: Any) -> Any:
    arn = internal(_ALB, "_p")(parameters, "TargetGroupArn")
    group = internal(_ALB, "_tgs").get(arn)
    if group is None:
        return internal(_ALB, "_error")("TargetGroupNotFound", f"Target group '{arn}' not found.")
    asked = {target["Id"] for target in internal(_ALB, "_parse_targets_param")(parameters)}
    told = (each for each in _targets(arn, group) if not asked or each.address in asked)
    answer = f"<TargetHealthDescriptions>{''.join(map(_shown, told))}</TargetHealthDescriptions>"
    return internal(_ALB, "_xml")(200, "DescribeTargetHealth", answer)


def _targets(arn: str, group: dict[str, Any]) -> Iterator[Check]:
    for target in internal(_ALB, "_targets").get(arn) or []:
        port = int(target.get("Port", group.get("Port", 80)))
        yield _checks.get((arn, target["Id"])) or Check(arn, target["Id"], port, "healthy", "", "")
    yield from (check for (of, _), check in list(_drained.items()) if of == arn)


def _shown(check: Check) -> str:
    why = (
        f"<Reason>{check.reason}</Reason><Description>{escape(check.description)}</Description>" if check.reason else ""
    )
    target = f"<Target><Id>{check.address}</Id><Port>{check.port}</Port></Target>"
    return (
        f"<member>{target}<HealthCheckPort>{check.port}</HealthCheckPort>"
        f"<TargetHealth><State>{check.state}</State>{why}</TargetHealth></member>"
    )


def _and_forget(original: Any) -> Any:
    def reset() -> None:
        _checks.clear()
        _drained.clear()
        original()

    return reset
