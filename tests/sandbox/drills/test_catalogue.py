"""The drills that there are, and those that CI runs."""

import re

import pytest

from operations.errors import ExitCode, OperationError
from sandbox.drills.catalogue import DRILLS, chosen
from tests.conftest import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text()


def test_names_are_told_apart_and_promises_are_sentences() -> None:
    assert len({drill.name for drill in DRILLS}) == len(DRILLS) > 20
    for drill in DRILLS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", drill.name)
        assert drill.promise[0].isupper() or drill.promise.startswith("slipway ")
        assert drill.promise.endswith(".")


def test_ci_runs_drills_that_there_are() -> None:
    (names,) = re.findall(r"^DRILLS_OF_CI := (.+)$", MAKEFILE, re.MULTILINE)
    assert [drill.name for drill in chosen(names.split())] == names.split()


def test_an_unknown_drill_is_bad_input_and_the_known_ones_are_named() -> None:
    with pytest.raises(OperationError, match="there is no drill 'nonsense': there are good-release, ") as refused:
        chosen(["good-release", "nonsense"])
    assert refused.value.exit_code is ExitCode.BAD_INPUT
