"""What scheduled workflows found, as Markdown: the issue that tells of it."""

import os
from collections.abc import Sequence

from operations.audit import Audit, Vulnerability
from operations.drift import Drift
from operations.rendering.markdown import block, code, details, plain, table

LONGEST = 12_000
"""Characters of one environment's drift: five of them fit into an issue."""

ADVICE = (
    "Take the change back, or put it into the code and deploy: the next deployment that touches such a resource "
    "overwrites what was changed by hand."
)

ROWS = 200
"""Of a table, before the rest is only counted; an issue takes 65,536 characters."""


def drift_report(drifts: Sequence[Drift], missing: Sequence[str] = ()) -> list[str]:
    """Of all environments.

    Args:
        missing: environments of which nothing was handed over.
    """
    lines = ["Deployed resources are not as their stacks say: somebody changed them by hand.", ""]
    if all(each.clean or each.problem for each in drifts):
        lines = ["No drift was found, but not everything could be looked at.", ""]
    rows = [[plain(each.environment), _state(each), str(each.unchecked)] for each in drifts]
    rows += [[plain(name), "not looked at: the run's log says why", ""] for name in missing]
    lines += table(["Environment", "Drift", "Of a kind that CloudFormation does not check"], rows)
    for each in drifts:
        if each.drifted:
            lines += [
                "",
                *details(f"{plain(each.environment)}: what cdk drift says", block(each.text, longest=LONGEST)),
            ]
    return [
        *lines,
        "",
        *([ADVICE] if any(each.drifted for each in drifts) else []),
        "This issue is kept up to date, and closed when there is no drift.",
        *run_link(),
    ]


def _state(drift: Drift) -> str:
    if drift.problem:
        return f"not looked at: {plain(drift.problem)}"
    return f"{drift.drifted} resource{'' if drift.drifted == 1 else 's'}" if drift.drifted else "none"


def audit_report(audit: Audit) -> list[str]:
    """Of all lock files."""
    lines = [f"Looked at: {', '.join(plain(each) for each in audit.sources)}.", ""]
    rows = [_row(each) for each in audit.vulnerabilities]
    if rows:
        header = ["Lock file", "Package", "Version", "Known as", "Fixed in", "Severity"]
        lines += [*table(header, rows[:ROWS]), ""]
        lines += [f"And {len(rows) - ROWS} more; `make audit` has them all.", ""] if len(rows) > ROWS else []
    lines += [f"{plain(name)} could not be looked at: {plain(why)}." for name, why in audit.problems.items()]
    if audit.clean:
        return [*lines, "No known vulnerabilities."]
    return [
        *lines,
        "`make lock` resolves the dependencies anew; a pin in `pyproject.toml` or `package.json` has to be raised by "
        "hand. This issue is kept up to date, and closed when nothing is found.",
        *run_link(),
    ]


def _row(each: Vulnerability) -> list[str]:
    fixed = ", ".join(code(version) for version in each.fixed_in)
    return [
        plain(each.source),
        code(each.package),
        code(each.version),
        " ".join(plain(name) for name in each.ids),
        fixed,
        plain(each.severity),
    ]


def run_link() -> list[str]:
    """Where this was found, if a workflow found it."""
    server, repository, run = (os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if not (server and repository and run):
        return []
    return ["", f"[The run that found it]({server}/{repository}/actions/runs/{run})"]
