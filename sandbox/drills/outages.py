"""Drills of what breaks under a service that runs, and under a release that is under way."""

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from operations.errors import ExitCode
from sandbox.drills.command import Ended, Slipway
from sandbox.drills.drill import Drill, NotPossibleHereError, reasons
from sandbox.drills.interference import Trouble, api_in_front_of
from sandbox.drills.releases import NEW
from sandbox.drills.rollbacks import CHANGING
from sandbox.drills.stage import TASK_ARN, Stage
from sandbox.drills.traffic import LOST, Traffic
from sandbox.drills.workplace import configured
from sandbox.processes import eventually
from sandbox.variants import GOOD as GOOD_LAYER

if TYPE_CHECKING:
    from docker.models.containers import Container

REPLACED_WITHIN = 30.0
"""Seconds in which other tasks have to serve in the place of those that were killed."""

FAILING_FOR = 3
"""Seconds in which requests may fail because the load balancer does not know yet that a target is gone."""

BURST = 4.0
"""Seconds that each kind of trouble lasts."""


class TaskKilled(Drill):
    """A container is killed from outside, as a host that fails would do."""

    name = "task-killed"
    promise = "When a task is killed the others go on, another takes its place, and requests fail for seconds at most."

    def run(self, stage: Stage) -> str:
        """Kill one, and wait until as many as before serve."""
        return kill(stage, stage.containers()[:1])

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only what was on its way to a killed task may have failed, and not for long."""
        judge_killing(stage, traffic)


class ZoneLost(Drill):
    """All tasks of an availability zone are killed at once."""

    name = "zone-lost"
    promise = "When all tasks of a zone are killed the other zone goes on, and requests fail for seconds at most."

    def run(self, stage: Stage) -> str:
        """Run twice the tasks, so that a zone has several, and kill those of the zone that has most."""
        environment, before = stage.environment, stage.status.desired
        scaled = stage.run("scale to twice the tasks", "scale", environment, str(2 * before), str(2 * before), "--yes")
        stage.check("slipway scale ends with 0", scaled.exit_code == ExitCode.SUCCEEDED, scaled.last_words)
        stage.cleaning(lambda: _scale_back(stage, before))
        with stage.step("wait until they are healthy"):
            stage.await_rest()
        zones = _zones(stage)
        counts = Counter(zones.values())
        if len(counts) < 2:  # noqa: PLR2004 - one zone and another
            raise NotPossibleHereError(f"all tasks are in one zone: {', '.join(counts)}")
        (zone, lost), *_ = counts.most_common(1)
        stage.check("the tasks were spread over the zones", max(counts.values()) - min(counts.values()) <= 1, counts)
        told = kill(stage, [each for each in stage.containers() if zones.get(each.labels[TASK_ARN]) == zone])
        return f"of {sum(counts.values())} tasks the {lost} in {zone} were lost; {told}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only what was on its way to a killed task may have failed, and not for long."""
        judge_killing(stage, traffic)


def kill(stage: Stage, victims: "list[Container]") -> str:
    """Kill these containers, wait until as many tasks as before are healthy; what happened."""
    begun, gone = time.monotonic(), {container.id for container in victims}
    with stage.step(f"kill {len(victims)} of {len(stage.containers())} tasks"):
        for container in victims:
            stage.lose(container)
            container.kill()
    with stage.step("wait until as many tasks as before are healthy"):
        eventually(lambda: gone.isdisjoint(each.id for each in stage.containers() if each.status == "running"), 10)
        eventually(lambda: stage.status.running < stage.status.desired or _replaced(stage, gone), 10)
        stage.await_rest()
    seconds = time.monotonic() - begun
    stage.check(f"others serve within {REPLACED_WITHIN:.0f} s", seconds < REPLACED_WITHIN, f"{seconds:.1f} s")
    stage.check("the good version runs", stage.status.image_tag == stage.good)
    return f"{len(victims)} killed, as many serve again after {seconds:.1f} s"


def judge_killing(stage: Stage, traffic: Traffic) -> None:
    """Only what was on its way to a killed task may have failed, and not for long."""
    failing = [second.at for second in traffic.seconds if second.failed]
    stage.check(f"requests failed in {FAILING_FOR} seconds at most", len(failing) <= FAILING_FOR, f"in {failing}")
    others = traffic.failures - traffic.failures_of(LOST) - traffic.cut
    stage.check("only requests to killed tasks failed", not others, reasons(traffic))
    answered = all(second.answered for second in traffic.seconds[:-1])
    stage.check("some task answered in every second", answered)


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


class ApiInTrouble(Drill):
    """In the middle of a release AWS throttles every call, and then answers each with 503."""

    name = "api-in-trouble"
    promise = "A release goes on while AWS throttles and fails, and its verdict is the true one."

    def run(self, stage: Stage) -> str:
        """Release a good variant through a forwarder that can refuse."""
        new = stage.image(GOOD_LAYER, NEW)
        api = stage.enter(api_in_front_of(stage.workspace.port))
        path = stage.workspace.configuration_path.with_name("in-trouble.toml")
        stage.cleaning(lambda: path.unlink(missing_ok=True))
        path.write_text(configured(stage.workspace.configuration_path, port=api.server_port), encoding="utf-8")
        begun = time.monotonic()
        words = ("release", stage.environment, "--tag", new, "--skip-preflight", "--json")
        with Slipway(path).started(*words) as process:
            process.wait_for(CHANGING)
            for trouble in (Trouble.THROTTLED, Trouble.UNAVAILABLE):
                with stage.step(f"AWS answers {trouble.value[1]}"):
                    api.trouble = trouble
                    time.sleep(BURST)
            api.trouble = Trouble.NONE
            ended = process.end()
        stage.note("release it, until the verdict", ended, time.monotonic() - begun)
        stage.check("calls were refused", api.refused, api.refused)
        stage.check("slipway release ends with 0", ended.exit_code == ExitCode.SUCCEEDED, ended.last_words)
        stage.check("the new version serves", stage.status.image_tag == new, stage.status.image_tag)
        return f"released in {ended.seconds:.1f} s, with {api.refused} refused calls"


class EngineStopped(Drill):
    """The container engine does not answer for a while in the middle of a release; its containers go on."""

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
        begun = time.monotonic()
        words = ("release", stage.environment, "--tag", new, "--skip-preflight", "--json")
        with stage.slipway.started(*words) as process:
            process.wait_for("rollout IN_PROGRESS")
            with stage.step("the engine does not answer"):
                forwarder.cut()
                time.sleep(2 * BURST)
                forwarder.mend()
            ended = process.end()
        stage.note("release it, until the verdict", ended, time.monotonic() - begun)
        check_truth(stage, ended, new)
        return f"ended with {ended.exit_code} after {ended.seconds:.1f} s, {ended.told.get('verdict')}"


def check_truth(stage: Stage, ended: Ended, new: str) -> None:
    """Check that the exit code says which version serves."""
    serves = {ExitCode.SUCCEEDED: new, ExitCode.ROLLED_BACK: stage.good}.get(ExitCode(ended.exit_code), "")
    stage.check("slipway release ends with 0 or 3", serves, f"{ended.exit_code}: {ended.last_words}")
    stage.await_rest()
    stage.check("the version that it names serves", stage.status.image_tag == serves, stage.status.image_tag)
