"""`constructs/` is a source root: the PyPI package of that name stays what `import constructs` finds."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT

WHO_IS_WHO = """
import constructs, slipway_constructs
print(constructs.__file__)
print(hasattr(constructs, "Construct"))
print(slipway_constructs.__file__)
"""


def test_there_is_no_init_file_that_would_shadow_the_package_constructs() -> None:
    assert not (PROJECT / "constructs" / "__init__.py").exists()


def test_both_packages_are_imported_each_from_its_own_place(tmp_path: Path) -> None:
    for folder in (PROJECT, tmp_path):  # with and without `constructs/` lying in the working directory
        printed = subprocess.run(
            [sys.executable, "-c", WHO_IS_WHO], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.split()
        assert "site-packages" in Path(printed[0]).parts
        assert printed[1] == "True"
        assert Path(printed[2]) == PROJECT / "constructs" / "slipway_constructs" / "__init__.py"


def test_no_folder_of_tests_is_a_package_of_that_name() -> None:
    assert not list((PROJECT / "tests").rglob("constructs/__init__.py"))
