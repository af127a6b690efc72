"""What the tests of the pipeline share."""

from typing import Any

import pytest

from tests.pipeline.pipeline_files import PIPELINE, parsed


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    jobs: dict[str, Any] = parsed(PIPELINE)["jobs"]
    return jobs
