"""The configuration of the drills' own sandbox, and that there is one of it."""

import tomllib
from pathlib import Path

import pytest

from operations.errors import OperationError
from sandbox.drills.workplace import configured, workplace
from tests.conftest import CONFIGURATION


def test_the_drills_have_the_same_configuration_at_another_port(tmp_path: Path) -> None:
    path = tmp_path / "slipway.toml"
    path.write_text(CONFIGURATION.read_text() + '\n[environments.sandbox.task.variables]\nGREETING = "\\"hé\\\\\\n"\n')
    before, after = tomllib.loads(path.read_text()), tomllib.loads(configured(path, port=4999))
    assert after["sandbox"] == {"port": 4999}
    assert after == before | {"sandbox": {"port": 4999}}


def test_a_table_of_the_sandbox_gets_other_values_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "slipway.toml"
    path.write_text(CONFIGURATION.read_text())
    environment = tomllib.loads(configured(path, port=4999, tasks={"min": 3}))["environments"]["sandbox"]
    assert environment["tasks"] == {"min": 3, "max": 4}


def test_a_workplace_is_alone_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "slipway.toml"
    path.write_text(CONFIGURATION.read_text())
    with workplace(path) as workspace:
        assert workspace.port != 4566
        assert workspace.folder.is_relative_to(tmp_path / ".sandbox" / "drill")
        with pytest.raises(OperationError, match="another drill is under way"), workplace(path):
            pass
    assert [each.name for each in tmp_path.iterdir()] == ["slipway.toml"]
