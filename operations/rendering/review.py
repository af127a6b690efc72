"""`slipway review` as Markdown: the comment on a pull request."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from operations.rendering.deployed import FROM_A_FORK, against_what_is_deployed
from operations.rendering.markdown import code, details, marker, plain, table
from operations.rendering.review_costs import called, cost_section
from operations.review.costs import CostChange
from operations.review.deployed import DeployedDiff
from operations.review.report import Action, Broadening, Refusal, ResourceChange, Review

MARKER = marker("review")
"""The first line, by which a workflow finds its comment again and edits it."""

LIMIT = 65_000
"""Characters; GitHub takes comments of up to 65,536 (its answer to a longer one: "body is too long")."""

ROWS = 50
"""Of a table, before the rest is only counted."""

PATHS = 4
"""Changed properties of one resource, likewise."""

COLUMNS = {
    "Added": (Action.ADDED,),
    "Changed": (Action.CHANGED,),
    "Replaced": (Action.REPLACED, Action.MAY_BE_REPLACED),
    "Destroyed": (Action.DESTROYED,),
}


def as_data(
    review: Review, costs: Sequence[CostChange] = (), deployed: Sequence[DeployedDiff] = ()
) -> dict[str, object]:
    """The review, the costs and what `cdk diff` said as plain data, for `--json`.

    Args:
        costs: omitted, none was priced.
        deployed: of each environment that was compared; omitted, none was.
    """
    return {
        **review.as_json(),
        "costs": [each.as_json() for each in costs],
        "deployed": [each.as_json() for each in deployed],
    }


def markdown(
    review: Review,
    costs: Sequence[CostChange] = (),
    *,
    deployed: Sequence[DeployedDiff] = (),
    commit: str = "",
    fork: bool = False,
) -> str:
    """The comment: what is refused first, then what else a reviewer has to see, the resources one by one collapsed.

    Args:
        costs: before and after; omitted, the comment says nothing about them.
        deployed: what `cdk diff` said of each environment; omitted, likewise.
        commit: that is reviewed; omitted, it is not named.
        fork: whether the change comes from one, so that this is said.
    """
    sections = [
        _summary(review, commit),
        [FROM_A_FORK] if fork else [],
        _refused(review.refused),
        _approved(review.approved),
        _unused(review),
        _environments(review),
        _stacks(review),
        _broadenings([each for each in review.broadenings if not each.new]),
        _acknowledged(review),
        cost_section(costs),
        _settings(review),
        _new_permissions([each for each in review.broadenings if each.new]),
    ]
    text = "\n\n".join("\n".join(lines) for lines in sections if lines)
    parts = [(f"the resources of {plain(each)}", _resources(each, review)) for each in review.environments]
    return _with_what_fits(text, [*parts, ("what is deployed", against_what_is_deployed(deployed))])


def _with_what_fits(text: str, parts: Iterable[tuple[str, Sequence[str]]]) -> str:
    """As many of the parts as fit into a comment, and the names of the others."""
    left_out = []
    for name, lines in parts:
        part = "\n".join(lines)
        if len(text) + len(part) > LIMIT - 400:  # room for what is said about it
            left_out.append(name)
        elif part:
            text += f"\n\n{part}"
    if left_out:
        text += f"\n\nToo long for a comment: {', '.join(left_out)}. `--json` has them all."
    return text if len(text) <= LIMIT else f"{text[:LIMIT].rpartition(chr(10))[0]}\n\n...\n\nToo long for a comment."


def _summary(review: Review, commit: str) -> list[str]:
    changes = (review.resources, review.stacks, review.settings, review.broadenings, review.acknowledged)
    verdict = "nothing is refused" if any(changes) else "nothing changes"
    if review.refused:
        verdict = f"{_number(len(review.refused), 'change')} refused"
    actions = ", ".join(f"{count} {name.lower()}" for name, count in _counts(review.resources).items() if count)
    facts = [
        f"{_number(len(review.resources), 'resource')}: {actions}" if actions else "no resource changes",
        *([f"{len(review.refused)} refused"] if review.refused else []),
        *([f"{len(review.approved)} approved"] if review.approved else []),
        *([_number(len(review.broadenings), "broadened permission")] if review.broadenings else []),
        *([_number(len(review.acknowledged), "acknowledged finding") + " added"] if review.acknowledged else []),
    ]
    text = "; ".join(facts)
    return [
        MARKER,
        f"## Slipway review: {verdict}",
        "",
        f"{text[0].upper()}{text[1:]}.{f' Reviewed commit: {plain(commit)}.' if commit else ''}",
    ]


def _refused(refusals: Sequence[Refusal]) -> list[str]:
    if not refusals:
        return []
    return [
        "### Refused",
        "",
        *(f"- {_about(refusal)}. {plain(refusal.why)}" for refusal in refusals),
        "",
        f"To approve, add this to `slipway.toml`, and say why {'it is' if len(refusals) == 1 else 'each is'} right:",
        "",
        "```toml",
        *"\n\n".join("\n".join(approval(refusal)) for refusal in refusals).splitlines(),
        "```",
    ]


def approval(refusal: Refusal) -> list[str]:
    """Lines of TOML that approve it once a reason is filled in; without one, `slipway.toml` is refused itself."""
    return [
        "[[approved_changes]]",
        f"change = {_toml(refusal.change)}",
        f"stack = {_toml(refusal.stack)}",
        *([f"resource = {_toml(refusal.resource)}"] if refusal.resource is not None else []),
        'reason = ""',
    ]


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _approved(refusals: Sequence[Refusal]) -> list[str]:
    if not refusals:
        return []
    return [
        "### Approved",
        "",
        *(f"- {_about(refusal)}. Approved: {plain(refusal.approval or '')}" for refusal in refusals),
    ]


def _about(refusal: Refusal) -> str:
    if refusal.resource is None:
        return f"The stack {code(refusal.stack)} {plain(refusal.what)}"
    return f"{code(refusal.resource)} in {code(refusal.stack)} ({plain(refusal.type)}) {plain(refusal.what)}"


def _unused(review: Review) -> list[str]:
    if not review.unused_approvals:
        return []
    return [
        "### Approvals that nothing needs",
        "",
        "Remove them from `slipway.toml`: they would let such a change pass when nobody expects it.",
        "",
        *(
            f"- {code(each.change)} of {code(each.resource or each.stack)}"
            + (f" in {code(each.stack)}" if each.resource else "")
            for each in review.unused_approvals
        ),
    ]


def _environments(review: Review) -> list[str]:
    if not review.resources:
        return []
    rows = []
    for environment in review.environments:
        counts = _counts(each for each in review.resources if each.environment == environment)
        if any(counts.values()):
            rows.append([called(environment), *(str(count) for count in counts.values())])
    return ["### Resources", "", *table(["Environment", *COLUMNS], rows, numbers=True)]


def _counts(changes: Iterable[ResourceChange]) -> dict[str, int]:
    actions = Counter(change.action for change in changes)
    return {name: sum(actions[action] for action in of) for name, of in COLUMNS.items()}


def _stacks(review: Review) -> list[str]:
    if not review.stacks:
        return []
    rows = [
        [called(each.environment), code(each.stack), "new" if each.added else "gone", code(each.place)]
        for each in review.stacks
    ]
    return ["### Stacks", "", *table(["Environment", "Stack", "", "Account, region and name"], rows)]


def _broadenings(broadenings: Sequence[Broadening]) -> list[str]:
    if not broadenings:
        return []
    return ["### Broadened permissions", "", *_permissions(broadenings)]


def _new_permissions(broadenings: Sequence[Broadening]) -> list[str]:
    if not broadenings:
        return []
    return details(f"Permissions of what is new: {len(broadenings)}", _permissions(broadenings))


def _permissions(broadenings: Sequence[Broadening]) -> list[str]:
    rows = [[called(each.environment), _place(each), code(each.grant)] for each in broadenings]
    return _shortened(["Environment", "Resource", "Now"], rows)


def _acknowledged(review: Review) -> list[str]:
    if not review.acknowledged:
        return []
    rows = [
        [f"{code(each.stack)} {code(each.resource)}".rstrip(), code(each.finding), plain(each.reason)]
        for each in review.acknowledged
    ]
    return ["### Acknowledged findings added", "", *_shortened(["Construct", "Finding", "Reason"], rows)]


def _settings(review: Review) -> list[str]:
    if not review.settings:
        return []
    rows = [
        [
            code(each.stack),
            f"{each.kind} {code(each.name)}",
            each.action + (f"; {plain(each.note)}" if each.note else ""),
        ]
        for each in review.settings
    ]
    return ["### Outputs, parameters and settings", "", *_shortened(["Stack", "", ""], rows)]


def _resources(environment: str, review: Review) -> list[str]:
    changes = [each for each in review.resources if each.environment == environment]
    if not changes:
        return []
    rows = [[str(each.action), _place(each), plain(each.type), _what(each)] for each in changes]
    return details(
        f"{called(environment)}: {_number(len(changes), 'resource')}", table(["", "Resource", "Type", "What"], rows)
    )


def _place(each: ResourceChange | Broadening) -> str:
    return f"{code(each.stack)} {code(each.resource)}"


def _what(change: ResourceChange) -> str:
    paths = [code(path) for path in change.properties[:PATHS]]
    more = len(change.properties) - len(paths)
    facts = [
        ", ".join(paths) + (f" and {more} more" if more else ""),
        f"because of {plain('; '.join(change.causes))}" if change.causes not in {(), change.properties} else "",
        _kept(change),
        plain(change.note),
    ]
    return "; ".join(fact for fact in facts if fact)


def _kept(change: ResourceChange) -> str:
    if not change.retained:
        return ""
    return "stays, outside of the stack" if change.action is Action.DESTROYED else "the old one stays as well"


def _shortened(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    more = len(rows) - ROWS
    return [*table(header, rows[:ROWS]), *(["", f"And {more} more; `--json` has them all."] if more > 0 else [])]


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
