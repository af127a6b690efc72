"""What the machine is that is measured on, without its name."""

import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path

from benchmark.engine import Engine
from benchmark.figures import NotMeasuredError
from benchmark.processes import node, run

GIB = 2**30
PACKAGES = ("aws-cdk-lib", "cdk-nag")
MOST_LOAD = 0.5
"""Processes that want to run, for each core, above which the machine counts as busy."""


def facts() -> dict[str, str]:
    """The machine and the versions, by what they are called; what cannot be told is left out."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    known = {
        "cores": str(cores()),
        "memory": f"{memory / GIB:.1f} GiB",
        "processor": " ".join(filter(None, (platform.machine(), _model()))),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Node": _told(node(), "--version").removeprefix("v"),
        **{package: version(package) for package in PACKAGES},
        "container engine": _engine(),
    }
    return {name: fact for name, fact in known.items() if fact}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def busy() -> bool:
    """Whether others use so much of the machine that times are too long."""
    return os.getloadavg()[0] > MOST_LOAD * cores()


def _model() -> str:
    path = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", path.read_text(), re.MULTILINE) if path.exists() else None
    return found[1] if found else ""


def _engine() -> str:
    try:
        engine = Engine.find()
        return engine("version", "--format={{range .Server.Components}}{{.Name}} {{.Version}};{{end}}").split(";")[0]
    except NotMeasuredError:
        return ""


def _told(*command: str) -> str:
    try:
        return run(command).strip()
    except NotMeasuredError:
        return ""
