"""Grants in words: the predicate of a sentence about the role or the resource that they belong to."""

from collections.abc import Iterable, Iterator

from operations.review.policies import Grant

ASSUME = "sts:AssumeRole"
"""And its kinds, such as `sts:AssumeRoleWithWebIdentity`: what a trust policy is for, and need not be said."""


def trusts(new: Iterable[Grant], before: Iterable[Grant]) -> Iterator[str]:
    """Who can assume the role, and could not before."""
    known = list(before)
    for actions, grant in _by_action(new):
        further = [action for action in actions if not action.startswith(ASSUME)]
        with_actions = f" with {', '.join(further)}" if further else ""
        yield f"can be assumed by {grant.principal}{with_actions}{_conditions(grant, known)}"


def allows(new: Iterable[Grant], before: Iterable[Grant]) -> Iterator[str]:
    """What the role may do, or whom the resource lets do what."""
    known = list(before)
    for actions, grant in _by_action(new):
        who = f"lets {grant.principal}" if grant.principal else "may"
        yield f"{who} {', '.join(actions)}{_on(grant)}{_conditions(grant, known)}"


def no_longer_denies(lost: Iterable[Grant]) -> Iterator[str]:
    """What was denied, and is not any more."""
    for actions, grant in _by_action(lost):
        whom = f" to {grant.principal}" if grant.principal else ""
        yield f"no longer denies {', '.join(actions)}{_on(grant)}{whom}{_conditions(grant, [])}"


def _by_action(grants: Iterable[Grant]) -> Iterator[tuple[list[str], Grant]]:
    """Grants that differ in nothing but the action, as one."""
    groups: dict[object, list[Grant]] = {}
    for grant in grants:
        groups.setdefault((grant.principal, grant.resource, grant.conditions), []).append(grant)
    for group in groups.values():
        yield list(dict.fromkeys(grant.action for grant in group)), group[0]


def _on(grant: Grant) -> str:
    return f" on {grant.resource}" if grant.resource else ""


def _conditions(grant: Grant, before: Iterable[Grant]) -> str:
    """All of them; where the same was granted under others, only what is wider now."""
    former = next(
        (
            each
            for each in before
            if (each.principal, each.action, each.resource) == (grant.principal, grant.action, grant.resource)
        ),
        None,
    )
    known = {(each.operator, each.key): each for each in former.conditions} if former else {}
    words = []
    for condition in sorted(grant.conditions, key=str):
        same = known.pop((condition.operator, condition.key), None)
        further = condition.values - same.values if same else frozenset()
        if same is None or condition.values != same.values:
            words.append(f"{condition.operator} {condition.key} {' or '.join(sorted(further or condition.values))}")
    text = f"{' also' if former and words else ''} if {' and '.join(words)}" if words else ""
    dropped = " and ".join(str(each) for each in sorted(known.values(), key=str))
    return f"{text}, no longer only if {dropped}" if dropped else text
