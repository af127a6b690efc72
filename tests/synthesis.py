"""Assemblies for the tests, each synthesised once in a run."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import pytest

VALIDATION = "CDK_VALIDATION"
"""CDK's own rules, whose engine takes as long to start in a process as everything else of a synthesis.

The process of aws_cdk keeps what is said of them while it starts; so that they are in what users run, one sandbox is
brought up with them. Of every variant they are heard in test_acknowledgements.py.
"""

with pytest.MonkeyPatch.context() as _patch:
    _patch.setenv(VALIDATION, "false")
    import app as application  # first: it chooses the Node that aws_cdk starts

    from aws_cdk.cx_api import CloudAssembly  # isort: skip - see above
    from configuration import Configuration
    from tests.conftest import ASSEMBLIES


def synthesise(configuration: Configuration) -> CloudAssembly:
    """What `cdk synth` would write, made anew through the same door, cdk-nag included, without CDK's own rules."""
    return application.build_app(configuration).synth()


def assemble(configuration: Configuration) -> CloudAssembly:
    """What `cdk synth` would write, made once in a run whichever worker asks, so no test may change its folder.

    Synthesis is most of the CPU time of the tests of stacks.
    """
    said = configuration.model_dump_json() + configuration.model_dump_json(exclude_unset=True)
    kept = Path(os.environ[ASSEMBLIES], hashlib.sha256(said.encode()).hexdigest()[:32])
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a worker that asks meanwhile waits, and then finds it made
        if not kept.exists():
            shutil.move(synthesise(configuration).directory, kept)
    return CloudAssembly(str(kept))
