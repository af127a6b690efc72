"""What a review finds, as plain data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from operations.review.assembly import Approval


class Action(StrEnum):
    """What CloudFormation would do to a resource."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    MAY_BE_REPLACED = "may be replaced"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class StackChange:
    """A stack that is new, or that the app no longer has.

    Attributes:
        place: `ACCOUNT/REGION/NAME`.
        added: otherwise it is removed.
        elsewhere: the other place, where the stack of this id moves to or comes from; otherwise empty.
    """

    environment: str
    stack: str
    place: str
    added: bool
    elsewhere: str


@dataclass(frozen=True)
class ResourceChange:
    """What becomes of one resource.

    Attributes:
        resource: construct path below the stack.
        properties: where it differs, such as `Tags[0].Value`; also what only refers to a replaced resource.
        causes: why it is replaced: properties, and what they refer to.
        retained: the old resource, or a copy of it, stays where it is, outside of the stack.
        note: what else a reviewer has to know; otherwise empty.
    """

    environment: str
    stack: str
    resource: str
    logical_id: str
    type: str
    action: Action
    properties: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    retained: bool = False
    note: str = ""


@dataclass(frozen=True)
class Broadening:
    """Something that may do more than before, or that more can reach.

    Attributes:
        resource: who may, or what can be reached: its construct path below the stack.
        grant: in words, such as "may s3:GetObject on *".
        new: the resource itself is new.
    """

    environment: str
    stack: str
    resource: str
    logical_id: str
    grant: str
    new: bool


@dataclass(frozen=True)
class SettingChange:
    """Something of the stack itself: an output, a parameter, tags or termination protection.

    Attributes:
        kind: `output`, `parameter` or `setting`.
        action: `added`, `changed` or `removed`.
    """

    environment: str
    stack: str
    kind: str
    name: str
    action: str
    note: str = ""


@dataclass(frozen=True)
class AcknowledgedFinding:
    """A finding of a rule pack that is accepted from now on.

    Attributes:
        resource: on which construct, and what is below it; empty for the whole stack.
    """

    environment: str
    stack: str
    resource: str
    finding: str
    reason: str


@dataclass(frozen=True)
class Refusal:
    """A change that must not be deployed unless somebody says why it is right.

    Attributes:
        change: what `[[approved_changes]]` calls it.
        resource: construct path below the stack; None where it is the whole stack.
        what: would happen; the predicate of a sentence about the resource.
        why: that is dangerous, and how to do without; sentences.
        approval: the reason of who approves it; None if nobody does.
    """

    change: str
    environment: str
    stack: str
    resource: str | None
    logical_id: str | None
    type: str
    what: str
    why: str
    approval: str | None = None


@dataclass(frozen=True)
class Review:
    """What a review finds.

    Attributes:
        environments: those that either assembly has, and `shared`, in the order of the app.
        refusals: approved ones among them.
        unused_approvals: of HEAD; they name nothing that would be refused.
    """

    environments: Sequence[str]
    stacks: Sequence[StackChange] = ()
    resources: Sequence[ResourceChange] = ()
    broadenings: Sequence[Broadening] = ()
    settings: Sequence[SettingChange] = ()
    acknowledged: Sequence[AcknowledgedFinding] = ()
    refusals: Sequence[Refusal] = ()
    unused_approvals: Sequence[Approval] = ()

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """What nobody approves."""
        return tuple(refusal for refusal in self.refusals if refusal.approval is None)

    @property
    def approved(self) -> tuple[Refusal, ...]:
        """What would be refused, had nobody given a reason."""
        return tuple(refusal for refusal in self.refusals if refusal.approval is not None)

    def as_json(self) -> dict[str, object]:
        """The same as plain data, refused and approved apart."""
        return {
            "refused": [asdict(refusal) for refusal in self.refused],
            "approved": [asdict(refusal) for refusal in self.approved],
            "unused_approvals": [asdict(approval) for approval in self.unused_approvals],
            "stacks": [asdict(change) for change in self.stacks],
            "resources": [asdict(change) for change in self.resources],
            "broadenings": [asdict(broadening) for broadening in self.broadenings],
            "settings": [asdict(change) for change in self.settings],
            "acknowledged": [asdict(finding) for finding in self.acknowledged],
        }
