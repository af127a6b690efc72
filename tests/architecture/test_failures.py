"""The table of failures: what is said to be rehearsed has a drill, and every drill has a row."""

from sandbox.drills.catalogue import DRILLS
from tests.architecture.document import code, rows

TABLE = rows("When something fails")


def test_every_drill_is_in_the_row_of_what_it_rehearses() -> None:
    assert {name for row in TABLE for name in code(row[4])} == {drill.name for drill in DRILLS}


def test_what_nobody_notices_or_answers_is_no_row() -> None:
    assert all(cell for row in TABLE for cell in row[:4])
