"""The size of the service's image, and how long it takes to build and to start."""

import http.client
import json
import re
import shutil
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from benchmark.engine import Engine
from benchmark.figures import PROJECT, Bench, Figure, NotMeasuredError, Section

SERVICE = PROJECT / "service"
CHANGES, STARTS = 3, 5
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
"""How the task definition runs the container."""

SMALL = "0.25"
"""vCPU of a task of 256 CPU units, Fargate's smallest and the default of slipway.toml."""

PORT = 8000
PATIENCE = 30.0
MEGABYTE = 1_000_000

SIZE = Figure("above the base image", "MB", at_most=40)
LAYERS = Figure("layers above the base image", "")
COLD = Figure("cold build", "s")
REBUILD = Figure("build after a change of the code", "s")
RATIO = Figure("the same, against the cold build", "x", at_most=0.15)
READY = Figure("start of the container to ready", "s", at_most=1.5)
READY_SMALL = Figure(f"the same with {SMALL} vCPU", "s")
COMMAND = Figure("the engine's command to ready", "s")


def stages(dockerfile: str) -> list[tuple[str, str]]:
    """Base image and name of each stage of a Dockerfile; the last one usually has none."""
    found = re.findall(r"^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", dockerfile, re.MULTILINE | re.IGNORECASE)
    return list(found)


def measure(bench: Bench) -> Iterator[Figure]:
    """Build the image from nothing, build it after changes of the code, and start it a few times."""
    engine, name = Engine.find(), f"slipway-benchmark:{uuid.uuid4().hex}"
    builds = stages((SERVICE / "Dockerfile").read_text(encoding="utf-8"))
    base, changed = builds[-1][0], [f"{name}-{number}" for number in range(CHANGES)]
    context = bench.folder / "service"
    shutil.copytree(SERVICE, context, ignore=shutil.ignore_patterns(".venv", ".*_cache", "__pycache__"))
    if not engine("images", "--quiet", base):
        engine("pull", "--quiet", base)
    # Podman keeps the stages before the last one as images without a name: with one, they can be removed, too.
    before = {f"{name}-{stage}": stage for _, stage in builds[:-1] if stage}
    with engine.removing(name, *changed, *before):
        cold = engine.build(context, name, "--no-cache")
        yield from _sizes(engine, name, base)
        again = []
        for each in changed:
            with (context / "app" / "main.py").open("a", encoding="utf-8") as code:
                code.write(f"# {uuid.uuid4()}\n")
            again.append(engine.build(context, each))
        rebuild = statistics.median(again)
        yield from (COLD.measured(cold), REBUILD.measured(rebuild), RATIO.measured(rebuild / cold))
        yield from _starts(engine, name)
        for image, stage in before.items():
            engine.build(context, image, f"--target={stage}")


def _sizes(engine: Engine, image: str, base: str) -> Iterator[Figure]:
    sizes = [int(engine.inspected(each, "{{.Size}}")) for each in (image, base)]
    layers = [len(json.loads(engine.inspected(each, "{{json .RootFS.Layers}}"))) for each in (image, base)]
    yield SIZE.measured((sizes[0] - sizes[1]) / MEGABYTE)
    yield LAYERS.measured(layers[0] - layers[1])


def _starts(engine: Engine, image: str) -> Iterator[Figure]:
    runs = [start(engine, image, HARDENED) for _ in range(STARTS)]
    yield READY.measured(statistics.median(ready for ready, _ in runs))
    yield COMMAND.measured(statistics.median(whole for _, whole in runs))
    try:
        small = [start(engine, image, (*HARDENED, f"--cpus={SMALL}")) for _ in range(STARTS)]
    except NotMeasuredError as error:
        yield READY_SMALL.not_measured(str(error))
    else:
        yield READY_SMALL.measured(statistics.median(ready for ready, _ in small))


def start(engine: Engine, image: str, options: Sequence[str]) -> tuple[float, float]:
    """Start a container, and wait until its service is ready.

    Args:
        options: of the engine's `run`.

    Returns:
        Seconds since the engine started the container, and since it was told to.

    Raises:
        NotMeasuredError: it is not ready in time.
    """
    name = f"slipway-benchmark-{uuid.uuid4().hex}"
    engine("create", f"--name={name}", f"--publish=127.0.0.1::{PORT}", *options, image)
    try:
        told = time.time()
        engine("start", name)
        port = int(engine("port", name, f"{PORT}/tcp").rpartition(":")[2])
        ready = _ready(port, until=told + PATIENCE)
        began = datetime.fromisoformat(_microseconds(engine("inspect", "--format={{json .State.StartedAt}}", name)))
    finally:
        with suppress(NotMeasuredError):
            engine("rm", "--force", "--volumes", name)
    return ready - began.timestamp(), ready - told


def _ready(port: int, *, until: float) -> float:
    while time.time() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == http.client.OK:
                return time.time()
        connection.close()
        time.sleep(0.01)
    raise NotMeasuredError(f"a container was not ready within {PATIENCE:.0f} s")


def _microseconds(instant: str) -> str:
    """The instant as Python reads it: engines tell nanoseconds."""
    return re.sub(r"(\.\d{6})\d+", r"\1", instant.strip('"'))


SECTION = Section(
    "image",
    "Image",
    "The service's image, built by the engine of this machine. A cold build repeats every step, with the base image "
    f"there and pip's downloads in its cache; after a change of one line of code (median of {CHANGES}) nothing but the "
    "last layer is made anew. The container runs as the task definition has it: read-only, without capabilities. It is "
    f"ready when /health/ready first answers 200 (median of {STARTS} starts); the engine's own work before the start "
    "of the container is in the last figure only.",
    (SIZE, LAYERS, COLD, REBUILD, RATIO, READY, READY_SMALL, COMMAND),
    measure,
)
