"""What provisions one CloudFormation resource type, and how MiniStack's CloudFormation is made to call it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

P = ParamSpec("P")
R = TypeVar("R")

Properties = dict[str, Any]
"""A resource's properties as the template spells them, every intrinsic function resolved."""


@dataclass(frozen=True)
class Resource:
    """A resource as the template asks for it.

    Args:
        properties: What the template asks for; at a deletion, what it last asked for.
        previous: What it asked for before an update; empty at a creation and a deletion.
        physical_id: What `Ref` answers; empty at a creation.
        stack_name: Empty at a deletion, at which MiniStack does not tell it.
        logical_id: Likewise.
    """

    properties: Properties
    previous: Properties = field(default_factory=dict)
    physical_id: str = ""
    stack_name: str = ""
    logical_id: str = ""


class Provisioned(NamedTuple):
    """What a template can refer to: `Ref` answers the physical id, `Fn::GetAtt` the attributes."""

    physical_id: str
    attributes: dict[str, Any]


class ProvisioningError(Exception):
    """A resource could not be provisioned; the message becomes the reason in the stack's events."""


class Handler(Protocol):
    """Creates, updates and deletes resources of one type.

    Handlers run on a thread of their own, so they may block and may call the emulator over the loopback.
    """

    def create(self, resource: Resource) -> Provisioned:
        """Create the resource; nothing of it may be left when this raises."""
        ...

    def update(self, resource: Resource) -> Provisioned:
        """Change what differs from before; properties that need a replacement never reach this."""
        ...

    def delete(self, resource: Resource) -> None:
        """Delete the resource; one that is already gone is no error."""


Amendment = Callable[[Resource], dict[str, Any]]
"""Adds to a resource what MiniStack's own handler drops at its creation or update; returns the attributes to add."""

MiniStackHandler = dict[str, Any]
"""MiniStack's form of a handler: `create`, `update` and `delete` functions, and flags on how to call them."""


def failure(message: str, code: str = "GeneralServiceException") -> ProvisioningError:
    """Return an error worded as CloudFormation words what a resource handler reports.

    Args:
        code: one of "Handler error codes" (CloudFormation CLI user guide); omitted, that of any other failure.
    """
    return ProvisioningError(f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})')


def for_ministack(handler: Handler) -> MiniStackHandler:
    """Return `handler` as MiniStack's CloudFormation calls one."""

    @_as_stack_event
    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        return handler.create(Resource(properties, stack_name=stack_name, logical_id=logical_id))

    @_as_stack_event
    def update(physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Provisioned:
        return handler.update(Resource(new, old, physical_id, stack_name, logical_id))

    @_as_stack_event
    def delete(physical_id: str, properties: Properties) -> None:
        handler.delete(Resource(properties, physical_id=physical_id))

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def amended(original: MiniStackHandler, amend: Amendment) -> MiniStackHandler:
    """Return MiniStack's own handler with `amend` called after each create and update of it."""

    @_as_stack_event
    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        physical_id, attributes = original["create"](logical_id, properties, stack_name)
        try:
            added = amend(Resource(properties, {}, physical_id, stack_name, logical_id))
        except Exception:
            original["delete"](physical_id, properties)
            raise
        return Provisioned(physical_id, {**attributes, **added})

    @_as_stack_event
    def update(physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Provisioned:
        named = (logical_id,) if original.get("update_with_logical_id") else ()
        new_id, attributes = original["update"](physical_id, old, new, stack_name, *named)
        added = amend(Resource(new, old if new_id == physical_id else {}, new_id, stack_name, logical_id))
        return Provisioned(new_id, {**attributes, **added})

    return {**original, "create": create, "update": update, "update_with_logical_id": True}


def _as_stack_event(function: Callable[P, R]) -> Callable[P, R]:
    """Word an API's refusal as CloudFormation does."""

    @functools.wraps(function)
    def worded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ClientError as error:
            answer = error.response.get("Error", {})
            raise failure(f"{answer.get('Message', error)} ({answer.get('Code')} of {error.operation_name})") from error
        except KeyError as error:
            raise failure(f"The property {error} is missing.", "InvalidRequest") from error
        except BotoCoreError as error:
            raise failure(str(error), "InvalidRequest") from error

    return worded
