"""Deploying the whole delivery stack to the emulated AWS."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from configuration import SANDBOX, stack_names
from operations.aws import Aws, connect
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation
from operations.gateways.ecs import Ecs
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing
from operations.status import Status, read
from sandbox import emulation, local_service, processes
from sandbox.bootstrap import bootstrap
from sandbox.cdk import Cdk
from sandbox.down import down
from sandbox.emulator.cloudformation.recorded_types import RECORDED
from sandbox.engine import Engine
from sandbox.image import ServiceImage, tag_of
from sandbox.progress import Progress
from sandbox.report import Report, StackReport
from sandbox.workspace import Workspace

ANSWER_PATIENCE = 60.0
"""Seconds until all tasks run and the load balancer gets an answer, counted from the end of the deployment."""

BOOTSTRAP_STACK = "CDKToolkit"


def up(
    workspace: Workspace,
    *,
    containers: bool = True,
    engine: Engine | None = None,
    prepare: Callable[[Aws], None] = lambda _: None,
) -> Report:
    """Start the emulator if it does not run, build the image if it has changed, deploy, and wait for an answer.

    Args:
        containers: False simulates the containers even though there is an engine.
        engine: that runs them; omitted, the first one that answers.
        prepare: is given the emulated AWS before anything is deployed to it.

    Raises:
        OperationError: one of the steps failed. What this call started is stopped again; a sandbox that was up
            before stays up.
    """
    progress = Progress()
    engine = (engine or Engine.find(progress.say)) if containers else None
    if engine is None:
        progress.say("No container engine answers: containers are simulated, the service runs as a local process.")
    with _emulator(workspace, engine, progress):
        aws = connect(workspace.configuration, workspace.environment)
        prepare(aws)
        tag = _deploy(workspace, engine, aws, progress)
        if engine is None:
            _serve_locally(workspace, aws, progress)
        with progress.step("wait for every task, and for an answer through the load balancer"):
            _wait_until_serving(workspace)
        return _report(workspace, engine, aws, tag, progress)


@contextmanager
def _emulator(workspace: Workspace, engine: Engine | None, progress: Progress) -> Iterator[None]:
    if emulation.running(workspace):
        if workspace.state().get("containers") != (engine is not None):
            raise OperationError(
                "the sandbox that runs was started "
                + ("without a container engine" if engine else "with a container engine that no longer answers"),
                fix="Run make down, then make up.",
            )
        yield
        return
    down(workspace)  # what an emulator left that did not end in order
    try:
        with progress.step("start the emulator"):
            emulation.start(workspace, engine)
        yield
    except BaseException:
        progress.say("Stopping what was started.")
        down(workspace)
        raise


def _deploy(workspace: Workspace, engine: Engine | None, aws: Aws, progress: Progress) -> str:
    """Deploy everything and return the image's tag; the image is built beside the first steps."""
    cdk = Cdk(workspace, progress.say)
    image = ServiceImage(workspace, engine) if engine else None
    with ThreadPoolExecutor() as pool:
        preparing: list[Future[None]] = []
        if image and not image.built:
            preparing.append(pool.submit(_timed, progress, "build the image", lambda: image.build(progress.say)))
        if CloudFormation(aws).stack(BOOTSTRAP_STACK) is None:
            work = partial(bootstrap, aws, workspace.configuration.identity, cdk)
            preparing.append(pool.submit(_timed, progress, "bootstrap", work))
        _timed(progress, "synthesise the app", cdk.synthesize)
        for each in preparing:
            each.result()
    if image and not image.pushed(aws):
        # The registry first: a service must never wait for an image that is not there.
        _timed(progress, "deploy the registry", lambda: cdk.deploy(stack_names.REGISTRY))
        _timed(progress, "push the image", image.push)
    tag = image.tag if image else tag_of()
    parameter = f"{stack_names.service(SANDBOX)}:ImageTag={tag}"
    _timed(progress, "deploy every stack", lambda: cdk.deploy(parameters=[parameter]))
    return tag


def _timed(progress: Progress, name: str, work: Callable[[], None]) -> None:
    with progress.step(name):
        work()


def _serve_locally(workspace: Workspace, aws: Aws, progress: Progress) -> None:
    stack = CloudFormation(aws).stack(stack_names.service(SANDBOX))
    assert stack is not None  # noqa: S101 - the status was read from it
    ecs = Ecs(aws)
    service = ecs.service(stack.outputs["ClusterName"], stack.outputs["ServiceName"])
    assert service is not None  # noqa: S101 - likewise
    port = local_service.ensure(workspace, ecs.environment_variables(service.task_definition), progress)
    ElasticLoadBalancing(aws).register(stack.outputs["TargetGroupArn"], "127.0.0.1", port)


def _wait_until_serving(workspace: Workspace) -> None:
    missing = ""

    def serves() -> bool:
        nonlocal missing
        status = read(workspace.configuration, workspace.environment)
        if status.running < status.desired:
            missing = f"{status.running} of {status.desired} tasks run"
            return False
        url = f"{status.url}{workspace.environment.task.liveness_path}"
        try:
            return emulation.answers(url)
        except OSError as error:
            missing = f"{url}: {error}"
            return False

    if not processes.eventually(serves, ANSWER_PATIENCE):
        raise OperationError(
            f"the service is deployed but does not serve: {missing}",
            fix=f"Look into {workspace.emulator_log} and, without containers, into {workspace.service_log}. With "
            "containers their addresses must be reachable from here.",
        )


def _report(workspace: Workspace, engine: Engine | None, aws: Aws, tag: str, progress: Progress) -> Report:
    cloudformation = CloudFormation(aws)
    stacks = [stack for stack in cloudformation.stacks() if stack.name != BOOTSTRAP_STACK]
    resources = {stack.name: cloudformation.resources(stack.name) for stack in stacks}
    recorded = {entry.type for entry in RECORDED}
    status: Status = read(workspace.configuration, workspace.environment)
    return Report(
        stacks=[StackReport(stack.name, stack.status, len(resources[stack.name])) for stack in stacks],
        image_tag=tag,
        containers=engine is not None,
        tasks=[task.id for task in Ecs(aws).tasks(status.cluster, status.service)],
        url=status.url,
        liveness_path=workspace.environment.task.liveness_path,
        recorded=sorted({each.type for found in resources.values() for each in found if each.type in recorded}),
        seconds=progress.seconds,
    )
