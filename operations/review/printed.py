"""What verbs printed with `--json`, read back where a report is made of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from configuration import ConfigurationError

T = TypeVar("T")


def read_printed(paths: Sequence[Path], verb: str, of: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """One result for each file.

    Args:
        verb: that printed them, as in `slipway VERB --json`.
        of: makes a result of what a file has.

    Raises:
        ConfigurationError: a file cannot be read, or is something else.
    """
    results = []
    for path in paths:
        try:
            results.append(of(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{path}: is not what slipway {verb} --json prints: {error!r}") from error
    return results
