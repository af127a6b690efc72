"""Keeps Python's garbage collector from looking again and again at what stays: libraries, AWS's models, templates.

Each time that enough was made, it goes through all objects there are; in the tests of operations that took a third of
the processor's time.
"""

import gc

import pytest


def pytest_collection_finish() -> None:
    """What the tests import stays."""
    _freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What outlives the tests of a file stays: fixtures of the session, and what is kept for other files."""
    if nextitem is not None and nextitem.path != item.path:
        _freeze()


def _freeze() -> None:
    gc.collect()  # because garbage would stay, too
    gc.freeze()
