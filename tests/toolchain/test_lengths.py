"""No file is longer than 300 lines and no function longer than 40; what is longer says here why."""

import ast
import subprocess
from collections.abc import Iterator

from tests.conftest import PROJECT

FILE_LINES = 300
FUNCTION_LINES = 40
"""Of the body: a signature with a line for each keyword, and the docstring, make nothing harder to read."""

LONG_FILES: dict[str, str] = {}
"""With the reason, by file."""

STORY = "one life of a resource, in its order"

LONG_FUNCTIONS = {
    "operations/init/questions.py:_front": "one question after another",
    "sandbox/emulator/register.py:register": "a list of what the emulator learns",
    "tests/operations/diagnosis/test_told.py:"
    "test_as_text_the_evidence_stands_below_the_first_line": "the text, in full",
    "tests/sandbox/emulator/test_alarms_fire.py:test_what_goes_through_the_load_balancer_is_measured": STORY,
    "tests/sandbox/emulator/test_container_resources.py:"
    "test_a_service_without_an_engine_completes_and_keeps_its_properties": STORY,
    "tests/sandbox/emulator/test_ministack_resources.py:test_logs_events_and_notifications_keep_their_settings": STORY,
    "tests/sandbox/emulator/test_network_resources.py:test_a_nat_gateway_is_created_replaced_and_deleted": STORY,
    "tests/sandbox/emulator/test_network_resources.py:"
    "test_a_rule_between_security_groups_is_authorised_changed_and_revoked": STORY,
    "tests/slipway_constructs/notifications/recorded_events.py:alarm": "an event as CloudWatch sends it, in full",
}
"""With the reason, by file and name."""


def sources() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=PROJECT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (PROJECT / name).exists()]


def long_functions(text: str, limit: int = FUNCTION_LINES) -> Iterator[tuple[str, int]]:
    """Name and length of each function whose body, without its docstring, has more lines than that."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            if length > limit:
                yield node.name, length


def test_no_file_is_long() -> None:
    lines = {name: len((PROJECT / name).read_text().splitlines()) for name in sources()}
    found = {name: length for name, length in lines.items() if length > FILE_LINES}
    assert {name: length for name, length in found.items() if name not in LONG_FILES} == {}
    assert set(LONG_FILES) - set(found) == set(), "these are not long, or not there: take them out"


def test_no_function_is_long() -> None:
    found = {
        f"{name}:{function}": length
        for name in sources()
        for function, length in long_functions((PROJECT / name).read_text())
    }
    assert {place: length for place, length in found.items() if place not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) - set(found) == set(), "these are not long, or not there: take them out"


def test_a_docstring_does_not_make_a_function_long_but_statements_do() -> None:
    documented = 'def f(\n    a: int,\n) -> None:\n    """Do it.\n' + "\n" * 50 + '    """\n    print(a)\n'
    assert list(long_functions(documented)) == []
    assert list(long_functions("class C:\n    async def f(self) -> None:\n" + "        print()\n" * 41)) == [("f", 41)]
