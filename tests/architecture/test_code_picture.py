"""The picture of the code has its rooms, and who imports whom."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.architecture.document import chart
from tests.conftest import PROJECT

PACKAGES = {"slipway_constructs": "constructs/", "app": "app.py"}
"""Where a package is that is not called as its folder."""

OUTSIDE = {"tests/", "benchmark/"}
"""What tests and measures all rooms, and is imported by none."""


def rooms() -> set[str]:
    """The rooms that the Makefile checks, and the service, which it checks apart."""
    (sources,) = re.findall(r"(?m)^SOURCES := (.+)$", (PROJECT / "Makefile").read_text())
    return {name if name.endswith(".py") else f"{name}/" for name in [*sources.split(), "service"]} - OUTSIDE


@cache
def modules(room: str) -> list[Path]:
    """Of that room, without its virtual environment, and without what a stack ships as the code of a function."""
    path = PROJECT / room
    if path.is_file():
        return [path]
    folders = [each for each in path.iterdir() if each.is_dir() and not each.name.startswith(".")]
    found = [*path.glob("*.py"), *(module for folder in folders for module in folder.rglob("*.py"))]
    return [each for each in found if not each.parent.name.endswith("_function")]


@cache
def imports(path: Path) -> list[tuple[str, bool]]:
    """The packages that a module imports, and whether it does so only when a function of it runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    late = {id(each) for function in functions for each in ast.walk(function)}
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        found += [(name.partition(".")[0], id(node) in late) for name in names]
    return found


def imported() -> dict[tuple[str, str], bool]:
    """Each room with each other room that it imports, and whether only late."""
    found: dict[tuple[str, str], bool] = {}
    for room in rooms() - {"service/"}:  # whose own package is called app, too
        for path in modules(room):
            for package, late in imports(path):
                other = PACKAGES.get(package, f"{package}/")
                if other in rooms() and other != room:
                    found[room, other] = found.get((room, other), True) and late
    return found


def knowing(package: str) -> set[str]:
    """The rooms that import a package, at whatever time."""
    return {room for room in rooms() for path in modules(room) for name, _ in imports(path) if name == package}


def test_every_room_is_in_the_picture() -> None:
    assert {node.title for node in chart("The rooms of the code").nodes.values()} == rooms()


def test_an_arrow_is_an_import_and_dotted_if_it_comes_late() -> None:
    picture = chart("The rooms of the code")
    assert {(picture.title(edge.start), picture.title(edge.end)): edge.dotted for edge in picture.edges} == imported()


def test_the_groups_are_the_rooms_that_know_cdk_and_aws() -> None:
    picture = chart("The rooms of the code")
    for group, title in picture.groups.items():
        assert {node.title for node in picture.of_group(group)} == knowing(title.removeprefix("import ")), title


def test_the_service_imports_no_other_room() -> None:
    names = {name for path in modules("service/app") for name, _ in imports(path)}
    assert not names & {room.rstrip("/") for room in rooms() - {"app.py"}}


def test_nothing_imports_what_tests_and_measures() -> None:
    names = {name for room in rooms() - {"service/"} for path in modules(room) for name, _ in imports(path)}
    assert not names & {room.rstrip("/") for room in OUTSIDE}
