"""Which worker runs which tests, and in which order: files stay whole, and those that mostly wait come first."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it is published without types

FIRST = ("end_to_end", "sandbox", "stacks", "identity", "observability")
"""Tiers that take long for each of their files: begun last, one of them would go on when all else is done."""

ON_ONE_SANDBOX = {
    f"tests/end_to_end/test_{name}.py"
    for name in ("compare", "diagnose", "notifications", "operate", "sandbox", "teardown")
}
"""To bring another sandbox up would take longer than their tests; those of releases have one of their own."""


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # likewise
    """Each file goes to one worker, which then sets its fixtures up once; some files go there together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "one sandbox" if file in ON_ONE_SANDBOX else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tiers that take long before the others; within a tier the order stays."""

    def place(item: pytest.Item) -> int:
        tier = tier_of(item.nodeid)
        return FIRST.index(tier) if tier in FIRST else len(FIRST)

    items.sort(key=place)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """In the place of what `--dist` says; the work is dealt out in the order of the tests."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


def tier_of(nodeid: str) -> str:
    """The tier of a test: its folder in `tests/`."""
    return Path(nodeid.partition("::")[0]).parts[1]
