"""The container engine, by its command line."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmark.figures import NotMeasuredError
from benchmark.processes import run

PROGRAMS = ("docker", "podman")


@dataclass(frozen=True)
class Engine:
    """An engine that answers.

    Attributes:
        program: that reaches it.
    """

    program: str

    @classmethod
    def find(cls) -> "Engine":
        """The first engine that answers.

        Raises:
            NotMeasuredError: none does.
        """
        for program in PROGRAMS:
            path = shutil.which(program)
            if path and subprocess.run([path, "info"], capture_output=True, check=False).returncode == 0:
                return cls(program)
        raise NotMeasuredError("no container engine answers")

    def __call__(self, *words: str) -> str:
        """Run a command of the engine and return what it printed, without the line's end.

        Raises:
            NotMeasuredError: it fails.
        """
        return run([self.program, *words]).strip()

    def inspected(self, image: str, template: str) -> str:
        """What the engine says of an image."""
        return self("image", "inspect", f"--format={template}", image)

    def build(self, context: Path, image: str, *options: str) -> float:
        """Build the image of a folder and return the seconds that it took."""
        begun = time.monotonic()
        self("build", *options, f"--tag={image}", str(context))
        return time.monotonic() - begun

    @contextmanager
    def removing(self, *images: str) -> Iterator[None]:
        """Remove these images in the end, also those that have not come to be."""
        try:
            yield
        finally:
            for image in images:
                with suppress(NotMeasuredError):
                    self("rmi", "--force", image)
