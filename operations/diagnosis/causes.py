"""The causes that are told apart, and how each is told: what is wrong and what to do, in words.

docs/runbook.md has every one of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from operations.advice import Advice


class Cause(StrEnum):
    """Why a rollout failed, or does not get on."""

    IMAGE_MISSING = "image missing"
    WRONG_ARCHITECTURE = "wrong architecture"
    PULL_REFUSED = "pull refused"
    NO_ROUTE = "no route"
    SECRET_MISSING = "secret missing"  # noqa: S105 - a word
    SECRET_KEY_MISSING = "secret's JSON key missing"  # noqa: S105 - likewise
    LOG_GROUP_MISSING = "log group missing"
    CRASH_LOOP = "crash loop"
    OUT_OF_MEMORY = "out of memory"
    PORT_CLOSED = "port closed"
    HEALTH_PATH_FAILING = "health path failing"
    SLOW_START = "slow start"
    ALARM = "alarm"
    HOOK_FAILED = "lifecycle hook failed"
    CAPACITY = "capacity"
    PERMISSION = "permission"
    STOPPED_BY_HAND = "stopped by hand"
    NOTHING_WRONG = "nothing wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """A cause, and what is said of it in this case."""

    cause: Cause
    advice: Advice


@dataclass(frozen=True)
class Explanation:
    """A cause, and what is said of it in general.

    Attributes:
        template: names in braces stand for what differs from case to case.
    """

    cause: Cause
    template: Advice

    def about(self, **values: object) -> Finding:
        """The explanation of this case."""
        return Finding(self.cause, self.template.about(**values))


def _explanation(cause: Cause, says: str, fix: str = "") -> Explanation:
    return Explanation(cause, Advice(says, fix))


IMAGE_MISSING = _explanation(
    Cause.IMAGE_MISSING,
    "the image {image} is not in its registry",
    "Push it, or release a tag that is there; slipway doctor {environment} --tag TAG looks for one.",
)
WRONG_ARCHITECTURE = _explanation(
    Cause.WRONG_ARCHITECTURE,
    "the image {image} is not built for {architecture}, which the tasks run on",
    "Build it with docker build --platform linux/{platform} and release that, or change task.architecture in "
    "slipway.toml and deploy.",
)
PULL_REFUSED = _explanation(
    Cause.PULL_REFUSED,
    "the registry refuses {image} to the execution role {role}",
    "Run npx cdk deploy slipway-registry {stack}: the repository's policy and the role's rights come from these two.",
)
NO_ROUTE = _explanation(
    Cause.NO_ROUTE,
    "tasks cannot reach {place}",
    "Run slipway doctor {environment}, which looks at the routes of the tasks' subnets; if they are well, a security "
    "group or a firewall is in the way.",
)
SECRET_MISSING = _explanation(
    Cause.SECRET_MISSING,
    "the secret {secret} does not exist",
    "Create it, or correct task.secrets in slipway.toml and deploy.",
)
SECRET_KEY_MISSING = _explanation(
    Cause.SECRET_KEY_MISSING,
    "the secret {secret} has no JSON key {key}",
    "Add the key to the secret, or correct task.secrets in slipway.toml and deploy.",
)
SECRET_NOT_JSON = _explanation(
    Cause.SECRET_KEY_MISSING,
    "a JSON key is wanted of a secret that is not a JSON object: {secret}",
    "Store a JSON object in it, or take the key away in task.secrets of slipway.toml and deploy.",
)
LOG_GROUP_MISSING = _explanation(
    Cause.LOG_GROUP_MISSING,
    "the log group {group} does not exist, without which no task starts",
    "Run npx cdk drift {stack} to see what was removed by hand, then npx cdk deploy {stack}.",
)
CRASH_LOOP = _explanation(
    Cause.CRASH_LOOP,
    "the container {container} exits with code {code} {when}, and its last log line is: {line}",
    "Mend what that line says, or release an earlier tag; slipway logs {environment} has the lines before it.",
)
CRASH_LOOP_WITHOUT_A_WORD = _explanation(
    Cause.CRASH_LOOP,
    "the container {container} exits with code {code} {when}, and has written nothing",
    "Run the image by hand with the task's variables: docker run --rm {image}.",
)
CANNOT_START = _explanation(
    Cause.CRASH_LOOP,
    "the container {container} cannot be started: {error}",
    "Correct the image's ENTRYPOINT and CMD; docker run --rm {image} shows the same.",
)
OUT_OF_MEMORY = _explanation(
    Cause.OUT_OF_MEMORY,
    "the container {container} is killed because it takes more than the task's {memory} MiB of memory",
    "Raise task.memory in slipway.toml and deploy, or release an earlier tag that takes less.",
)
PORT_CLOSED = _explanation(
    Cause.PORT_CLOSED,
    "nothing accepts connections at port {port} of the tasks",
    "Have the server listen on 0.0.0.0:{port}, or set task.port in slipway.toml to the port that it listens on and "
    "deploy; if it needs longer to start than {seconds} s, raise task.start_seconds.",
)
PORT_ELSEWHERE = _explanation(
    Cause.PORT_CLOSED,
    "the server listens at {address}, and the load balancer sends to port {port} of the task's own address",
    "Have the server listen on 0.0.0.0:{port}, or set task.port in slipway.toml to the port that it listens on and "
    "deploy.",
)
PORT_SILENT = _explanation(
    Cause.PORT_CLOSED,
    "port {port} of the tasks does not answer the health checks in time",
    "Run npx cdk drift {stack}: a security group between load balancer and tasks may have been changed by hand; if "
    "none was, {path} takes longer than a check waits.",
)
HEALTH_PATH_FAILING = _explanation(
    Cause.HEALTH_PATH_FAILING,
    "{path} answers {codes}, and has to answer {wanted}",
    "Find out why in slipway logs {environment}; if the path is wrong, correct task.readiness_path in slipway.toml and "
    "deploy.",
)
CONTAINER_CHECK_FAILING = _explanation(
    Cause.HEALTH_PATH_FAILING,
    "the container {container} runs, but fails its own health check",
    "Find out why in slipway logs {environment}; if the path is wrong, correct task.liveness_path in slipway.toml and "
    "deploy.",
)
SLOW_START = _explanation(
    Cause.SLOW_START,
    "tasks are not ready within the {seconds} s that they are given to start",
    "Raise task.start_seconds in slipway.toml above what the start takes and deploy, or make the start faster.",
)
ALARM = _explanation(
    Cause.ALARM,
    "the alarm {alarm} fired during the rollout: {reason}",
    "Look at the failed requests in slipway logs {environment} before you release it again.",
)
HOOK_FAILED = _explanation(
    Cause.HOOK_FAILED,
    "a lifecycle hook did not let the rollout go on: {reason}",
    "Look into the logs of the function that rollout.hook_lambda_arn in slipway.toml names.",
)
QUOTA_USED_UP = _explanation(
    Cause.CAPACITY,
    "the account's quota of Fargate is used up: {reason}",
    "Run slipway doctor {environment}, which has the command that asks for a larger one.",
)
NO_CAPACITY = _explanation(
    Cause.CAPACITY,
    "Fargate has no capacity left in the zones of the tasks",
    "Try again in some minutes; a third zone in availability_zones of slipway.toml leaves ECS more to choose from.",
)
SPOT_TAKEN_BACK = _explanation(
    Cause.CAPACITY,
    "AWS took the Fargate Spot capacity of the tasks back",
    "Try again later, or lower tasks.spot_percent in slipway.toml and deploy.",
)
PERMISSION = _explanation(
    Cause.PERMISSION,
    "the role {principal} may not {action} on {resource}",
    "Run npx cdk deploy {stack}; if that changes nothing, the permissions boundary or a policy of the organisation "
    "forbids it.",
)
PERMISSION_CUT_SHORT = _explanation(
    Cause.PERMISSION,
    "the execution role {role} lacks a right; ECS cuts short which: {reason}",
    "Run npx cdk deploy {stack}; if that changes nothing, the permissions boundary or a policy of the organisation "
    "forbids it.",
)
KEY_PERMISSION = _explanation(
    Cause.PERMISSION,
    "the execution role {role} may not use the KMS key of a secret: {secret}",
    "Have the key's policy allow kms:Decrypt to that role.",
)
ROLE_NOT_ASSUMED = _explanation(
    Cause.PERMISSION,
    "ECS cannot take on the role {role}",
    "Run slipway doctor {environment}, which looks at the trust policies of the tasks' roles.",
)
STOPPED_BY_HAND = _explanation(
    Cause.STOPPED_BY_HAND,
    "somebody stopped the rollout, of which no task had failed",
    "Nothing has to be mended: slipway release {environment} --tag TAG starts the next one.",
)
WELL = _explanation(Cause.NOTHING_WRONG, "nothing is wrong: {running} of {desired} tasks run, and none has failed")
UNDER_WAY = _explanation(
    Cause.NOTHING_WRONG,
    "nothing is wrong so far: the rollout is under way, and none of its tasks has failed",
    "Follow it with slipway watch {environment}.",
)
NO_TASKS = _explanation(
    Cause.NOTHING_WRONG,
    "nothing is wrong: the service is to have no tasks",
    "Start some with slipway scale {environment} 1 2.",
)
AWS_AT_FAULT = _explanation(
    Cause.UNKNOWN,
    "AWS reports an internal error of its own: {reason}",
    "See health.aws.amazon.com, then try again.",
)
FORGOTTEN = _explanation(
    Cause.UNKNOWN,
    "the tasks that failed are forgotten, as ECS keeps them for about an hour; it says: {reason}",
    "Release it again and diagnose it then; slipway logs {environment} may still have their last words.",
)
UNKNOWN = _explanation(
    Cause.UNKNOWN,
    "the cause is none of those that are known here; ECS says: {reason}",
    "Read the stopped tasks, events and log lines below.",
)

EXPLANATIONS: tuple[Explanation, ...] = tuple(
    each for each in list(globals().values()) if isinstance(each, Explanation)
)
"""All of them."""
