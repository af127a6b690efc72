"""BASE against HEAD: the whole review."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from operations.review.assembly import Assembly, AssemblyError, Template, read_assembly
from operations.review.differences import differences
from operations.review.names import environment_of
from operations.review.permissions import broadened_permissions
from operations.review.refusals import approve, refusals
from operations.review.report import AcknowledgedFinding, Review, SettingChange, StackChange
from operations.review.resources import Resources
from operations.review.security_groups import broadened_groups
from operations.review.values import equal

WIRING = ("PublishOutput", "ExportsOutput")
"""How the names of outputs begin by which the CDK hands values from stack to stack."""


def read_both(base: Path, head: Path) -> tuple[Assembly, Assembly]:
    """The assemblies in these folders.

    Raises:
        AssemblyError: one of them is not what `cdk synth` writes, or both are the same.
    """
    if base.resolve() == head.resolve():
        raise AssemblyError(f"{head}: is BASE and HEAD; must be two folders, such as those of two commits")
    return read_assembly(base), read_assembly(head)


def compare(base: Assembly, head: Assembly) -> Review:
    """Review HEAD against BASE; what is approved is what HEAD says."""
    before, after = Resources(base), Resources(head)
    found = differences(before, after)
    stacks = list(_stacks(base, head))
    answered, unused = approve(refusals(after, found, stacks), head.approvals)
    both = [(old, new) for new in head.templates for old in base.templates if old.key == new.key]
    return Review(
        environments=_environments(base, head),
        stacks=stacks,
        resources=[each.as_change() for each in found],
        broadenings=[*broadened_permissions(before, after), *broadened_groups(before, after)],
        settings=[change for old, new in both for change in _settings(old, new)],
        acknowledged=list(_acknowledged(base, head)),
        refusals=answered,
        unused_approvals=unused,
    )


def _environments(base: Assembly, head: Assembly) -> tuple[str, ...]:
    templates = [*head.templates, *base.templates]
    return tuple(dict.fromkeys(environment_of(template.name) for template in templates))


def _stacks(base: Assembly, head: Assembly) -> Iterator[StackChange]:
    """CloudFormation knows a stack by account, region and name: an id of the app may change without consequence."""
    before, after = ({each.key: each for each in assembly.templates} for assembly in (base, head))
    added = [template for key, template in after.items() if key not in before]
    removed = [template for key, template in before.items() if key not in after]
    for template, others, is_added in (
        *((each, removed, True) for each in added),
        *((each, added, False) for each in removed),
    ):
        other = next((each for each in others if each.stack == template.stack), None)
        yield StackChange(
            environment=environment_of(template.name),
            stack=template.stack,
            place=template.key,
            added=is_added,
            elsewhere=other.key if other else "",
        )


def _settings(before: Template, after: Template) -> Iterator[SettingChange]:
    for kind, old, new in (
        ("parameter", before.section("Parameters"), after.section("Parameters")),
        ("output", before.section("Outputs"), after.section("Outputs")),
        ("setting", before.settings, after.settings),
    ):
        for name in dict.fromkeys([*new, *old]):
            action = _action(name, old, new)
            if action and not name.startswith(WIRING):
                asks = kind == "parameter" and action == "added" and "Default" not in new[name]
                yield SettingChange(
                    environment=environment_of(after.name),
                    stack=after.stack,
                    kind=kind,
                    name=name,
                    action=action,
                    note="has no default: the next deployment must give it a value" if asks else "",
                )


def _action(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if name not in old:
        return "added"
    if name not in new:
        return "removed"
    return "" if equal(old[name], new[name]) else "changed"


def _acknowledged(base: Assembly, head: Assembly) -> Iterator[AcknowledgedFinding]:
    known = {(template.key, *which) for template in base.templates for which in template.acknowledged}
    for template in head.templates:
        for (resource, finding), reason in template.acknowledged.items():
            if (template.key, resource, finding) not in known:
                yield AcknowledgedFinding(
                    environment=environment_of(template.name),
                    stack=template.stack,
                    resource=resource,
                    finding=finding,
                    reason=reason,
                )
