"""Starts the emulator in the foreground, on 127.0.0.1 only.

Environment:
    GATEWAY_PORT: The port; 4566 when unset.
    SLIPWAY_SANDBOX_STABILITY_TIMEOUT: Seconds that the rollout of a service may take; 600 when unset.
    SLIPWAY_SANDBOX_CLOCK_SCALE: How many times faster the periods of alarms and the bake time of a deployment go by,
        from 1 to 60; 1 when unset. Everything else keeps real seconds.
    DOCKER_HOST: The container engine; with none that answers, tasks count as running and nothing runs.
    AWS_REGION, AWS_DEFAULT_REGION: Where requests without a signature belong, such as those to a load balancer;
        us-east-1 when unset.
    AWS_ACCESS_KEY_ID: Twelve digits are the account of such requests; it is 000000000000 otherwise.
"""

import argparse
import json
import os
import sys

from sandbox.docker_client import ping_first
from sandbox.emulator.clock import clock_scale
from sandbox.emulator.environment import emulator_environment, require_free, stability_timeout
from sandbox.emulator.internals import MiniStackMismatchError, internal
from sandbox.emulator.network import bind_to_loopback_only, reach_tasks_without_gateway


def main() -> None:
    """Run the command; exits with 2 and one line when something in its environment is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.emulator", description="Start MiniStack on 127.0.0.1, with what it lacks."
    )
    parser.add_argument("--types", action="store_true", help="print what is added to MiniStack, as JSON, and exit")
    if parser.parse_args().types:
        from sandbox.emulator.cloudformation.resource_types import as_rows  # noqa: PLC0415 - imports boto3

        json.dump(as_rows(), sys.stdout, indent=2)
        print()
        return
    try:
        _prepare()
    except (ValueError, MiniStackMismatchError) as error:
        print(f"sandbox.emulator: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    sys.argv = ["ministack"]
    internal("app", "main")()


def _prepare() -> None:
    stability_timeout()
    clock_scale()
    environment = emulator_environment(os.environ)
    require_free(int(environment["GATEWAY_PORT"]))
    bind_to_loopback_only()
    reach_tasks_without_gateway()
    os.environ.clear()
    os.environ.update(environment)
    ping_first()
    from sandbox.emulator.register import register  # noqa: PLC0415 - imports boto3: what is refused is refused before

    register()  # imports MiniStack, which reads the environment at its import


main()
