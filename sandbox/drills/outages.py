"""Drills of what breaks under a service that runs, and under a release that is under way."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from operations.errors import ExitCode
from sandbox.drills.command import PROGRAM, Ended, program
from sandbox.drills.drill import Drill, NotPossibleHereError, reasons
from sandbox.drills.interference import Trouble, api_in_front_of
from sandbox.drills.load import LAG, NOT_SENT, PATIENCE
from sandbox.drills.releases import NEW
from sandbox.drills.rollbacks import CHANGING
from sandbox.drills.stage import MINUTE, TASK_ARN, Stage
from sandbox.drills.traffic import LOST, NOBODY, Traffic
from sandbox.drills.workplace import configured
from sandbox.processes import eventually
from sandbox.variants import GOOD as GOOD_LAYER

if TYPE_CHECKING:
    from docker.models.containers import Container

REPLACED_WITHIN = 30.0
"""Seconds in which other tasks have to serve in the place of those that were killed."""

FAILING_FOR = 3
"""Seconds in which requests may fail before ECS has heard of a container's end and takes its target out."""

BURST = 4.0
"""Seconds that each kind of trouble lasts."""

ATTEMPTS = 5
"""That slipway makes at a call of AWS itself (operations/aws.py); it makes one at the sandbox, unless it is told."""

UNANSWERED = ("no answer within", NOT_SENT)
"""How the reasons begin of requests that a client of the load gave up, or could not send because all were waiting."""

OUTAGE = 8.0
"""Seconds that the engine does not answer."""

CHANGES = ("CreateChangeSet", "ExecuteChangeSet")
"""The calls that begin a release."""

CREATES_A_CONTAINER = b"/containers/create"
"""In the request by which an engine is asked for a container (Docker Engine API, "Create a container")."""


class TaskKilled(Drill):
    """A container is killed from outside; its port refuses connections at once. ZoneLost is what keeps silent."""

    name = "task-killed"
    promise = "When a task is killed the others go on, another takes its place, and requests fail for seconds at most."

    def run(self, stage: Stage) -> str:
        """Kill one, and wait until as many as before serve."""
        return kill(stage, stage.containers()[:1])

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only what was on its way to a killed task may have failed, and not for long."""
        judge_killing(stage, traffic)


class ZoneLost(Drill):
    """All tasks of an availability zone fall silent at once: their containers are paused.

    Connections to them are taken and nothing answers, until the load balancer's checks have timed out, and ECS stops
    them and starts others. The load's clients wait meanwhile, so that its rate falls. Not modelled: the load balancer's
    node in that zone, which is lost, too, and is taken out of its DNS name; and that ECS starts nothing in a zone that
    AWS has taken out of service.
    """

    name = "zone-lost"
    promise = (
        "When all tasks of a zone fall silent the other zone goes on, and requests fail until the load balancer's "
        "checks have found it, and no longer."
    )

    def run(self, stage: Stage) -> str:
        """Run twice the tasks, so that a zone has several, and pause those of the zone that has most."""
        environment, before = stage.environment, stage.status.desired
        scaled = stage.run("scale to twice the tasks", "scale", environment, str(2 * before), str(2 * before), "--yes")
        stage.check("slipway scale ends with 0", scaled.exit_code == ExitCode.SUCCEEDED, scaled.last_words)
        stage.cleaning(lambda: _scale_back(stage, before))
        with stage.step("wait until they are healthy"):
            stage.await_rest()
        zones = _zones(stage)
        counts = {zone: list(zones.values()).count(zone) for zone in stage.workspace.environment.availability_zones}
        zone = max(counts, key=lambda name: counts[name])
        even = max(counts.values()) - min(counts.values()) <= 1 and sum(counts.values()) == len(zones)
        if not stage.check("the tasks were spread over the zones", even, counts):
            return f"{counts[zone]} of {len(zones)} tasks were in {zone}: with it the service would be lost"
        victims = [each for each in stage.containers() if zones.get(each.labels[TASK_ARN]) == zone]
        unnoticed = _seconds_to_unhealthy(stage) + _seconds_to_drain(stage)  # for what is under way to them
        told = lose(stage, victims, lambda container: _pause(stage, container), unnoticed)
        return f"of {len(zones)} tasks the {counts[zone]} in {zone} were lost; {told}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only what was sent to a silent task may have failed, and no longer than the checks need."""
        limit = max(_seconds_to_unhealthy(stage), PATIENCE) + LAG  # clients that all wait send nothing for so long
        failing = [second.at for second in traffic.seconds if second.failed]
        lasted = failing[-1] - failing[0] if failing else 0
        stage.check(f"requests failed for {limit:.0f} s at most", lasted <= limit, f"{lasted} s, in {failing}")
        unanswered = sum(n for why, n in traffic.failed.get(NOBODY, {}).items() if why.startswith(UNANSWERED))
        others = traffic.failures - traffic.failures_of(LOST) - traffic.cut - unanswered
        stage.check("only requests that nobody answered failed", failing and not others, reasons(traffic))


def kill(stage: Stage, victims: "list[Container]") -> str:
    """Kill these containers, wait until as many tasks as before are healthy; what happened."""
    return lose(stage, victims, lambda container: container.kill(), 0)


def lose(stage: Stage, victims: "list[Container]", by: "Callable[[Container], None]", unnoticed: float) -> str:
    """Do this to these containers, wait until as many tasks as before are healthy; what happened.

    Args:
        unnoticed: seconds that may go by until ECS knows, and waits no longer for what is under way.
    """
    limit = unnoticed + REPLACED_WITHIN
    begun, gone = time.monotonic(), {container.id for container in victims}
    with stage.step(f"lose {len(victims)} of {len(stage.containers())} tasks"):
        for container in victims:
            stage.lose(container)
            by(container)
    with stage.step("wait until as many tasks as before are healthy"):
        eventually(lambda: gone.isdisjoint(each.id for each in stage.containers() if each.status == "running"), 10)
        eventually(lambda: stage.status.running < stage.status.desired or _replaced(stage, gone), unnoticed + 10)
        stage.await_rest()
    seconds = time.monotonic() - begun
    stage.check(f"others serve within {limit:.0f} s", seconds < limit, f"{seconds:.1f} s")
    stage.check("the good version runs", stage.status.image_tag == stage.good)
    return f"{len(victims)} lost, as many serve again after {seconds:.1f} s"


def judge_killing(stage: Stage, traffic: Traffic) -> None:
    """Only what was on its way to a killed task may have failed, and not for long."""
    failing = [second.at for second in traffic.seconds if second.failed]
    stage.check(f"requests failed in {FAILING_FOR} seconds at most", len(failing) <= FAILING_FOR, f"in {failing}")
    others = traffic.failures - traffic.failures_of(LOST) - traffic.cut
    stage.check("only requests to killed tasks failed", not others, reasons(traffic))
    answered = all(second.answered for second in traffic.seconds[:-1])
    stage.check("some task answered in every second", answered)


def _pause(stage: Stage, container: "Container") -> None:
    """Let it do nothing any more, until ECS removes it or the drill has ended."""
    stage.cleaning(lambda: _unpause(container))
    container.pause()


def _unpause(container: "Container") -> None:
    from docker.errors import APIError  # noqa: PLC0415 - not needed to list the drills

    with suppress(APIError):  # ECS has removed it
        container.unpause()


def _seconds_to_unhealthy(stage: Stage) -> int:
    """Seconds until the load balancer has found a target unhealthy that does not answer, at most."""
    groups: list[dict[str, int]] = stage.client("elbv2").describe_target_groups()["TargetGroups"]
    return max(
        group["HealthCheckIntervalSeconds"] * group["UnhealthyThresholdCount"] + group["HealthCheckTimeoutSeconds"]
        for group in groups
    )


def _replaced(stage: Stage, gone: set[str | None]) -> bool:
    running = {each.id for each in stage.containers() if each.status == "running"} - gone
    return len(running) >= stage.status.desired


def _zones(stage: Stage) -> dict[str, str]:
    """The zones of the tasks by their ARNs."""
    status, ecs = stage.status, stage.client("ecs")
    arns = ecs.list_tasks(cluster=status.cluster, serviceName=status.service)["taskArns"]
    tasks: list[dict[str, Any]] = ecs.describe_tasks(cluster=status.cluster, tasks=arns)["tasks"]
    return {task["taskArn"]: task["availabilityZone"] for task in tasks}


def _scale_back(stage: Stage, number: int) -> None:
    """First the number of tasks, then the bounds from before."""
    maximum = stage.workspace.environment.tasks.max
    for bound in (number, maximum):
        stage.slipway("scale", stage.environment, str(number), str(bound), "--yes")


def _seconds_to_drain(stage: Stage) -> float:
    """Seconds for which ECS waits for requests under way to a task that it stops, at most."""
    balancing = stage.client("elbv2")
    attributes = [
        attribute
        for group in balancing.describe_target_groups()["TargetGroups"]
        for attribute in balancing.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])[
            "Attributes"
        ]
    ]
    return max(float(each["Value"]) for each in attributes if each["Key"] == "deregistration_delay.timeout_seconds")


class ApiInTrouble(Drill):
    """AWS throttles the first call of each kind and answers the second with 503; later it refuses all for a while.

    So the calls that create and execute the change set meet both, and those that follow the rollout.
    """

    name = "api-in-trouble"
    promise = "A release begins and goes on while AWS throttles and fails, and its verdict is the true one."

    def run(self, stage: Stage) -> str:
        """Release a good variant through a forwarder that can refuse."""
        new = stage.image(GOOD_LAYER, NEW)
        api = stage.enter(api_in_front_of(stage.workspace.port))
        path = stage.workspace.configuration_path.with_name("in-trouble.toml")
        stage.cleaning(lambda: path.unlink(missing_ok=True))
        path.write_text(configured(stage.workspace.configuration_path, port=api.server_port), encoding="utf-8")
        begun, api.stumbles = time.monotonic(), True
        words = ("release", stage.environment, "--tag", new, "--skip-preflight", "--json")
        command = [str(PROGRAM), "--configuration", str(path), *words]
        with program(command, {"AWS_MAX_ATTEMPTS": str(ATTEMPTS)}) as process:
            with stage.step("AWS stumbles over the first calls, until CloudFormation changes the stack"):
                process.wait_for(CHANGING)
                api.stumbles = False
            for trouble in (Trouble.THROTTLED, Trouble.UNAVAILABLE):
                with stage.step(f"AWS answers every call with {trouble.value[1]}"):
                    api.trouble = trouble
                    time.sleep(BURST)
            api.trouble = Trouble.NONE
            ended = process.end()
        stage.note("release it, until the verdict", ended, time.monotonic() - begun)
        refused = Counter(api.refused)
        for call in CHANGES:
            stage.check(f"{call} was throttled, and answered with 503", refused[call] > 1, refused[call])
        stage.check("slipway release ends with 0", ended.exit_code == ExitCode.SUCCEEDED, ended.last_words)
        stage.check("the new version serves", stage.status.image_tag == new, stage.status.image_tag)
        return f"released in {ended.seconds:.1f} s, with {len(api.refused)} refused calls of {len(refused)} kinds"


class EngineStopped(Drill):
    """The container engine does not answer, from the moment at which a release needs it; its containers go on."""

    name = "engine-stopped"
    promise = "A release in which the container engine stops for a while fails no request, and its verdict is true."

    def run(self, stage: Stage) -> str:
        """Cut the emulator's way to the engine; the engine itself has other containers than ours."""
        forwarder = stage.forwarder
        if forwarder is None:
            raise NotPossibleHereError("the emulator reaches the engine by a way that the drill cannot cut")
        new = stage.image(GOOD_LAYER, NEW)
        stage.cleaning(stage.remove_orphans)  # of tasks that the emulator could not hear of
        stage.cleaning(forwarder.mend)
        begun, before = time.monotonic(), forwarder.refused
        words = ("release", stage.environment, "--tag", new, "--skip-preflight", "--json")
        forwarder.cut_at(CREATES_A_CONTAINER)
        with stage.slipway.started(*words) as process:
            with stage.step("release it, until the engine is asked for a container"):
                cut = forwarder.is_cut.wait(stage.minutes * MINUTE)
            with stage.step("the engine does not answer"):
                time.sleep(OUTAGE)
                forwarder.mend()
            ended = process.end()
        stage.note("release it, until the verdict", ended, time.monotonic() - begun)
        refused = forwarder.refused - before
        stage.check("the engine stopped before it had created a container", cut)
        stage.check("it was asked in vain", refused, f"{refused} connections")
        check_truth(stage, ended, new)
        return f"ended with {ended.exit_code} after {ended.seconds:.1f} s, {ended.told.get('verdict')}"


def check_truth(stage: Stage, ended: Ended, new: str) -> None:
    """Check that the exit code says which version serves."""
    serves = {ExitCode.SUCCEEDED: new, ExitCode.ROLLED_BACK: stage.good}.get(ExitCode(ended.exit_code), "")
    stage.check("slipway release ends with 0 or 3", serves, f"{ended.exit_code}: {ended.last_words}")
    stage.await_rest()
    stage.check("the version that it names serves", stage.status.image_tag == serves, stage.status.image_tag)
