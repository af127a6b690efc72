"""docs/runbook.md: whatever `slipway` can say of a failure stands in it, in the same words."""

import re

import pytest

from operations.advice import Advice
from operations.diagnosis import Cause
from operations.diagnosis.causes import EXPLANATIONS, Explanation
from operations.doctor import failures
from operations.doctor.stacks import STUCK
from operations.errors import ExitCode
from tests.conftest import PROJECT

RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text()
FAILURES = {name: each for name, each in vars(failures).items() if isinstance(each, Advice)}


def plain(text: str) -> str:
    """Without the marks and line breaks of Markdown."""
    return " ".join(text.replace("`", "").split())


def section(title: str) -> str:
    """What stands under that heading."""
    found = re.search(rf"^###? {re.escape(title)}\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert found, f"the runbook has no section {title}"
    return plain(found[1])


def sentences(advice: Advice) -> str:
    said = advice.in_general
    return f"{said.says[:1].upper()}{said.says[1:]}. {said.fix}".strip()


@pytest.mark.parametrize("explanation", EXPLANATIONS, ids=lambda each: each.template.says[:40])
def test_every_explanation_stands_under_its_cause(explanation: Explanation) -> None:
    assert sentences(explanation.template) in section(explanation.cause)


def test_every_cause_has_a_section_and_an_explanation() -> None:
    for cause in Cause:
        assert section(cause)
    assert {each.cause for each in EXPLANATIONS} == set(Cause)


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_that_doctor_finds_stands_in_it(name: str) -> None:
    if name == "STACK_STUCK":  # the table below its sentence has what to type
        assert "STACK is STATUS. What to type depends on the state:" in plain(RUNBOOK)
    else:
        assert sentences(FAILURES[name]) in plain(RUNBOOK)


@pytest.mark.parametrize("status", STUCK)
def test_every_state_that_a_stack_is_stuck_in_has_what_to_type(status: str) -> None:
    fix = Advice("", STUCK[status]).in_general.fix
    assert f"| {status} | {fix} |" in plain(RUNBOOK)


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_has_a_row(code: ExitCode) -> None:
    assert re.search(rf"^\| {code.value} \| .+ \| .+ \|$", RUNBOOK, re.MULTILINE)


def test_the_runbook_says_nothing_that_the_code_does_not() -> None:
    quoted = [plain(each) for each in re.findall(r"^- (.+?)(?=^- |^\S|\n\n|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL)]
    known = [sentences(each.template) for each in EXPLANATIONS] + [sentences(each) for each in FAILURES.values()]
    warnings = plain(RUNBOOK.partition("## `doctor` says WARN")[2])
    unknown = [each for each in quoted if each not in known and each not in warnings and "STACK is STATUS" not in each]
    assert unknown == []
