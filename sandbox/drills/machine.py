"""What the machine is that drills run on, without its name."""

import os
import platform
from dataclasses import asdict, dataclass

from sandbox.engine import Engine

GIB = 2**30


@dataclass(frozen=True)
class Machine:
    """The machine in figures.

    Attributes:
        cores: that this process may use.
        memory_gib: of the whole machine.
        engine: name and version of the container engine.
    """

    cores: int
    memory_gib: float
    processor: str
    system: str
    engine: str

    @classmethod
    def here(cls, engine: Engine) -> "Machine":
        """This one."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return cls(
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            memory_gib=round(memory / GIB, 1),
            processor=platform.machine(),
            system=platform.system(),
            engine=engine.version,
        )

    def __str__(self) -> str:
        """In one line."""
        return f"{self.cores} cores ({self.processor}), {self.memory_gib:g} GiB, {self.system}, {self.engine}"

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)
