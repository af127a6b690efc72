"""What IAM would decide about the roles of the templates, asked of the same policies offline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import node
from tests.identity.roles import Role
from tests.identity.tokens import ISSUER, Token

SIMULATOR = Path(__file__).with_name("simulate.mjs")

Context = Mapping[str, str | list[str]]


class SimulationError(Exception):
    """A question that cannot be answered as AWS would answer it."""


@dataclass(frozen=True)
class Assumption:
    """May a workflow with this token become this role?

    Decided by the trust policy alone, as `sts:AssumeRoleWithWebIdentity` does once the provider took the token. Its
    principal is the issuer's provider in the role's own account.

    Attributes:
        context: further condition keys of the request, such as `sts:RoleSessionName`.
    """

    role: Role
    token: Token
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Access:
    """Do this role's policies and boundary allow this action?

    What else AWS would ask is left out: policies of the resource and of the organisation. So another account's
    resource counts as allowed when the role's own side allows it.

    Attributes:
        resource: an ARN; `*` for an action that has no resource. With a `*` in it: is there any resource of that form?
        context: condition keys of the request. Those that are always there come from the role and the ARN: the
            principal's ARN, account, type and tags, the resource's account, the region, and that TLS is used.
    """

    role: Role
    action: str
    resource: str
    context: Context = field(default_factory=dict)


Question = Assumption | Access


def may_assume(role: Role, token: Token, *, context: Context | None = None) -> bool:
    """Whether the trust policy accepts that token; see `Assumption`."""
    return decide([Assumption(role, token, context or {})])[0]


def may(role: Role, action: str, resource: str, *, context: Context | None = None) -> bool:
    """Whether the role's own policies allow that action on that resource; see `Access`."""
    return decide([Access(role, action, resource, context or {})])[0]


def decide(questions: Sequence[Question]) -> list[bool]:
    """The answers to the questions, in their order.

    Raises:
        SimulationError: a question has no answer: the policy is none of IAM's, the action, the resource's type or a
            condition key does not exist, a managed policy is not known, or the simulator is not installed.
    """
    alike: dict[tuple[type[Question], int], list[int]] = {}
    for place, question in enumerate(questions):
        alike.setdefault((type(question), id(question.role)), []).append(place)
    answered = _run([_as_json([questions[place] for place in places]) for places in alike.values()])
    allowed = [False] * len(questions)
    for places, answers in zip(alike.values(), answered, strict=True):
        for place, answer in zip(places, answers, strict=True):
            if "error" in answer:
                raise SimulationError(f"{questions[place].role.name}: {answer['error']}")
            allowed[place] = answer["decision"] == "Allowed"
    return allowed


def _as_json(questions: Sequence[Question]) -> dict[str, Any]:
    """Questions of one kind about one role, whose policies are many times as long as what is asked."""
    role = questions[0].role
    shared = {"role": role.arn, "account": role.account, "requests": [_request(each) for each in questions]}
    if isinstance(questions[0], Assumption):
        partition = role.arn.split(":")[1]
        return shared | {
            "kind": "assume",
            "issuer": ISSUER,
            "provider": f"arn:{partition}:iam::{role.account}:oidc-provider/{ISSUER}",
            "trustPolicy": role.trust_policy,
        }
    if role.unread_policies:
        raise SimulationError(f"{role.name}: the documents of {role.unread_policies} are not known")
    return shared | {
        "kind": "access",
        "policies": {**role.policies, **role.managed_policies},
        "boundary": role.boundary or None,
    }


def _request(question: Question) -> dict[str, Any]:
    if isinstance(question, Assumption):
        return {"claims": question.token.claims(), "context": question.context}
    return {
        "action": question.action,
        "resource": question.resource,
        "context": _usual_context(question.role, question.resource) | dict(question.context),
    }


def _usual_context(role: Role, resource: str) -> dict[str, str | list[str]]:
    region, account = resource.split(":")[3:5] if resource.startswith("arn:") else ("", "")
    return {
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalAccount": role.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": region or role.region,
        "aws:ResourceAccount": account or role.account,
        "aws:SecureTransport": "true",
        **{f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()},
    }


def _run(questions: Sequence[Mapping[str, Any]]) -> list[list[dict[str, str]]]:
    try:
        return node.program(SIMULATOR).answers(questions)
    except node.ProgramError as error:
        hint = "; `npm ci` installs it" if "ERR_MODULE_NOT_FOUND" in str(error) else ""
        raise SimulationError(f"the simulator did not run{hint}:\n{error}") from None
