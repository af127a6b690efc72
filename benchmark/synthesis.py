"""What synthesis takes, against the reference app."""

import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmark.accounting import Usage, account
from benchmark.figures import Bench, Figure, Section
from benchmark.processes import node, run

ROUNDS = 3
FEW, SOME, MANY = 1, 4, 10
"""Environments of the app that grows."""

REFERENCE, WHOLE = "reference", "whole"
REFERENCE_STACK = "Reference"
"""Id of the reference app's one stack."""

MIB = 2**20

CPU = Figure("CPU of the whole app", "x", at_most=2.5)
MEMORY = Figure("peak memory of the whole app", "x", at_most=1.5)
WALL = Figure("time of the whole app", "x")
FURTHER = Figure("CPU of each further environment", "x", at_most=0.35)
FURTHER_MEMORY = Figure("peak memory of each further environment", "x")


def programs(bench: Bench) -> dict[str, list[str]]:
    """The words of each program's command line, by name."""
    grown = ["-m", "benchmark.grown", str(bench.configuration)]
    return {
        REFERENCE: ["-m", "benchmark.reference"],
        WHOLE: ["app.py"],
        **{str(count): [*grown, str(count)] for count in (FEW, SOME, MANY)},
    }


def assembly(bench: Bench, name: str) -> Path:
    """The folder that a program writes its assembly to; what is not there yet is synthesised."""
    folder = bench.folder / name
    if not folder.exists():
        run([sys.executable, *programs(bench)[name]], environment=variables(bench, name))
    return folder


def variables(bench: Bench, name: str) -> dict[str, str]:
    """What the CDK CLI would tell the app, and on which Node all of them run."""
    context = json.dumps({"configuration": str(bench.configuration)} if name == WHOLE else {})
    return {"CDK_OUTDIR": str(bench.folder / name), "CDK_CONTEXT_JSON": context, "JSII_NODE": node()}


def measure(bench: Bench) -> Iterator[Figure]:
    """Synthesise in interleaved rounds, so that whatever else the machine does reaches every program."""
    used: dict[str, list[Usage]] = {name: [] for name in programs(bench)}
    for _ in range(ROUNDS):
        for name, words in programs(bench).items():
            used[name].append(account([sys.executable, *words], environment=variables(bench, name)))
    yield from figures_of(used)


def figures_of(used: Mapping[str, Sequence[Usage]]) -> Iterator[Figure]:
    """The figures of all rounds, by program."""
    cpu = {name: min(each.cpu_seconds for each in rounds) for name, rounds in used.items()}
    wall = {name: min(each.wall_seconds for each in rounds) for name, rounds in used.items()}
    memory = {name: statistics.median(each.peak_bytes for each in rounds) for name, rounds in used.items()}
    further = MANY - FEW
    yield CPU.measured(cpu[WHOLE] / cpu[REFERENCE])
    yield WALL.measured(wall[WHOLE] / wall[REFERENCE])
    yield MEMORY.measured(memory[WHOLE] / memory[REFERENCE])
    yield FURTHER.measured((cpu[str(MANY)] - cpu[str(FEW)]) / further / cpu[REFERENCE])
    yield FURTHER_MEMORY.measured((memory[str(MANY)] - memory[str(FEW)]) / further / memory[REFERENCE])
    for name, title in titles(used).items():
        yield Figure(f"{title}: CPU", "s").measured(cpu[name])
        yield Figure(f"{title}: time", "s").measured(wall[name])
        yield Figure(f"{title}: peak memory", "MiB").measured(memory[name] / MIB)


def titles(names: Mapping[str, object]) -> dict[str, str]:
    """What the programs are called."""
    known = {REFERENCE: "reference app", WHOLE: "whole app"}
    return {name: known.get(name) or f"{name} environment{'s' if name != '1' else ''}" for name in names}


SECTION = Section(
    "synthesis",
    "Synthesis",
    "What it takes to make the templates of every environment but the sandbox, with every check of cdk-nag that is "
    "configured, against the reference app in the same run. Python and the processes of Node that it starts count "
    f"together. {ROUNDS} interleaved rounds: the least CPU time and the shortest time of each program, and the median "
    "of the peak memory (what processes share counted once). The app grows by copies of its environments in turn, from "
    f"{FEW} to {MANY}.",
    (CPU, WALL, MEMORY, FURTHER, FURTHER_MEMORY),
    measure,
)
