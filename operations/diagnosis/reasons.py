"""The reasons that ECS gives for a task that did not start, or was killed: free text that has to be read.

The texts are from AWS's documentation ("Amazon ECS stopped tasks error messages") and, as ECS really wrote them, from
public reports, which tests/operations/diagnosis/stopped_reasons.py names one by one. Those of the emulated ECS are read
too where it has words of its own.
"""

import re
from collections.abc import Callable

from operations.diagnosis import causes
from operations.diagnosis.causes import Finding
from operations.diagnosis.evidence import Evidence
from operations.gateways.ecr import PLATFORMS
from operations.secret_reference import ARN_FIELDS

ARN = re.compile(r"arn:aws[\w-]*:(?:secretsmanager|ssm):[^\s'\"]*[^\s'\".,:]")
HOST = re.compile(r'(?:Post|Get|Head)\s+"?\\?"?https?://(?P<host>[^/"\\\s]+)')
PULLING = re.compile(r"CannotPull\w*Error|registry auth from|pull image", re.IGNORECASE)
PLACES = (
    (re.compile(r"\becr\b", re.IGNORECASE), "Amazon ECR"),
    (re.compile(r"secrets ?manager|from asm", re.IGNORECASE), "AWS Secrets Manager"),
    (re.compile(r"ssm|systems manager", re.IGNORECASE), "AWS Systems Manager"),
    (re.compile(r"cloudwatch|log stream", re.IGNORECASE), "Amazon CloudWatch Logs"),
    (PULLING, "the image's registry"),
)
Reader = Callable[[re.Match[str], str, Evidence], Finding]


def read(text: str, evidence: Evidence) -> Finding | None:
    """What that text says; None if it says nothing that is known here."""
    for pattern, reader in READERS:
        if found := pattern.search(text):
            return reader(found, text, evidence)
    return None


def wrong_architecture(evidence: Evidence) -> Finding:
    """The image was built for another processor."""
    architecture = (evidence.task.architecture if evidence.task else "") or "the tasks' processor"
    platform = PLATFORMS.get(architecture, "arm64 or linux/amd64")
    return causes.WRONG_ARCHITECTURE.about(image=evidence.image, architecture=architecture, platform=platform)


def _key_missing(found: re.Match[str], text: str, evidence: Evidence) -> Finding:
    key = found["key"].strip("'\".,")
    return causes.SECRET_KEY_MISSING.about(secret=_secret_with(key, text, evidence), key=key)


def _secret_with(key: str, text: str, evidence: Evidence) -> str:
    """The secret that this key is wanted of: ECS does not say, but the task definition does."""
    return next((each.source for each in evidence.secrets if each.key == key), None) or _secret_in(text)


def _not_json(_: re.Match[str], text: str, evidence: Evidence) -> Finding:
    with_key = dict.fromkeys(each.source for each in evidence.secrets if each.key)
    return causes.SECRET_NOT_JSON.about(secret=" or ".join(with_key) or _secret_in(text))


def _secret_missing(found: re.Match[str], text: str, _: Evidence) -> Finding:
    parameters = found.groupdict().get("parameters")
    return causes.SECRET_MISSING.about(secret=parameters.rstrip(".") if parameters else _secret_in(text))


def _secret_in(text: str) -> str:
    found = ARN.search(text)
    return ":".join(found[0].split(":")[:ARN_FIELDS]) if found else "of the task"


def _refused(found: re.Match[str], text: str, evidence: Evidence) -> Finding:
    action = found["action"]
    if action.startswith("ecr:"):
        return _pull_refused(found, text, evidence)
    principal = found["principal"].rpartition(":assumed-role/")[2].partition("/")[0] or found["principal"]
    resource = (found["resource"] or "what it needs").rstrip(".,:")
    return causes.PERMISSION.about(
        principal=principal, action=action.rstrip(".,"), resource=resource, stack=evidence.stack
    )


def _denied(found: re.Match[str], _: str, evidence: Evidence) -> Finding:
    return causes.PERMISSION_CUT_SHORT.about(
        role=evidence.execution_role, reason=found[0].rstrip(". "), stack=evidence.stack
    )


def _pull_refused(_: re.Match[str], __: str, evidence: Evidence) -> Finding:
    return causes.PULL_REFUSED.about(image=evidence.image, role=evidence.execution_role, stack=evidence.stack)


def _key_refused(_: re.Match[str], text: str, evidence: Evidence) -> Finding:
    return causes.KEY_PERMISSION.about(role=evidence.execution_role, secret=_secret_in(text))


def _no_route(_: re.Match[str], text: str, evidence: Evidence) -> Finding:
    host = HOST.search(text)
    place = host["host"] if host else next((name for words, name in PLACES if words.search(text)), "AWS")
    return causes.NO_ROUTE.about(place=place, environment=evidence.environment)


def _image_missing(_: re.Match[str], __: str, evidence: Evidence) -> Finding:
    return causes.IMAGE_MISSING.about(image=evidence.image, environment=evidence.environment)


def _log_group_missing(_: re.Match[str], __: str, evidence: Evidence) -> Finding:
    group = evidence.task.main.log_group if evidence.task else "of the service"
    return causes.LOG_GROUP_MISSING.about(group=group, stack=evidence.stack)


def _out_of_memory(_: re.Match[str], __: str, evidence: Evidence) -> Finding:
    memory = evidence.task.memory if evidence.task else "few"
    return causes.OUT_OF_MEMORY.about(container=evidence.container, memory=memory)


def _cannot_start(found: re.Match[str], _: str, evidence: Evidence) -> Finding:
    return causes.CANNOT_START.about(
        container=evidence.container, error=found["error"].rstrip(".: "), image=evidence.image
    )


def _architecture(_: re.Match[str], __: str, evidence: Evidence) -> Finding:
    return wrong_architecture(evidence)


def _spot(_: re.Match[str], __: str, ___: Evidence) -> Finding:
    return causes.SPOT_TAKEN_BACK.about()


def _role(found: re.Match[str], _: str, evidence: Evidence) -> Finding:
    name = (found["role"] or "of the tasks").rpartition("/")[2]
    return causes.ROLE_NOT_ASSUMED.about(role=name, environment=evidence.environment)


def _quota(found: re.Match[str], _: str, evidence: Evidence) -> Finding:
    return causes.QUOTA_USED_UP.about(reason=found[0], environment=evidence.environment)


def _capacity(_: re.Match[str], __: str, ___: Evidence) -> Finding:
    return causes.NO_CAPACITY.about()


def _internal(found: re.Match[str], _: str, __: Evidence) -> Finding:
    return causes.AWS_AT_FAULT.about(reason=found[0])


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# From what says most to what says least: "not found" alone may be an image, but the name of a secret comes with it.
READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_pattern(r"OutOfMemoryError"), _out_of_memory),
    (_pattern(r"did not contain json key (?P<key>\S+)"), _key_missing),
    (_pattern(r"unable to retrieve json key '(?P<key>[^']+)'"), _key_missing),
    (_pattern(r"invalid character .* looking for beginning of value"), _not_json),
    (
        _pattern(
            r"(?:User: )?(?P<principal>arn:\S+) is not authorized to perform: (?P<action>[\w:*]+)"
            r"(?: on resource: (?P<resource>\S+))?"
        ),
        _refused,
    ),
    (_pattern(r"Access to KMS is not allowed"), _key_refused),
    (_pattern(r"unable to assume the role (?:'(?P<role>[^']+)'|that)"), _role),
    (_pattern(r"can't find the specified secret|can't retrieve the secret with ARN"), _secret_missing),
    (_pattern(r"invalid ssm parameters: (?P<parameters>[^\s,]+)"), _secret_missing),
    (_pattern(r"unable to retrieve secret (?P<parameters>\S+) for environment variable"), _secret_missing),
    (_pattern(r"log group does not exist|cannot find the Amazon CloudWatch log group"), _log_group_missing),
    (_pattern(r"does not contain descriptor matching platform|no match(?:ing manifest)? for "), _architecture),
    (_pattern(r"exec format error"), _architecture),
    (_pattern(r"CannotStartContainerError: (?P<error>.+)"), _cannot_start),
    (_pattern(r"\b40[13] (?:Forbidden|Unauthorized)|pull access denied|no basic auth credentials"), _pull_refused),
    (
        _pattern(
            r"i/o timeout|context deadli|send request failed|connection issue between|no such host|"
            r"network is unreachable|connection refused|request canceled|RequestCanceled"
        ),
        _no_route,
    ),
    (_pattern(r"AccessDenied.*"), _denied),
    (_pattern(r"CannotPull\w*Error.*(?:not found|manifest unknown|does not exist|no such image)"), _image_missing),
    (_pattern(r"unable to pull image or start container: (?P<error>.+)"), _cannot_start),
    (_pattern(r"limit on the number of (?:vCPUs|tasks)[^.]*|configuration is above your limit"), _quota),
    (_pattern(r"Capacity is unavailable at this time"), _capacity),
    (_pattern(r"Spot Task was interrupted"), _spot),
    (_pattern(r"Internal error"), _internal),
)
