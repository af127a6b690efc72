"""Whether the secrets are there that the tasks are to be given; no value of one is shown or kept."""

import json
from collections.abc import Iterable, Mapping

from operations.aws import Aws, explained
from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.errors import OperationError
from operations.gateways.secrets_manager import SecretsManager
from operations.gateways.ssm import Ssm
from operations.secret_reference import SecretReference

NAME = "secrets"


def references(subject: Subject) -> list[SecretReference]:
    """The secrets of the deployed tasks; before the first deployment, those of slipway.toml."""
    if subject.task:
        found: Mapping[str, str] = {k: v for each in subject.task.containers for k, v in each.secrets.items()}
    else:
        found = subject.environment.task.secrets
    return [SecretReference.of(variable, value_from) for variable, value_from in sorted(found.items())]


def step(subject: Subject) -> Step:
    """Look for every secret and every JSON key."""
    secrets_manager, ssm, aws = SecretsManager(subject.aws), Ssm(subject.aws), subject.aws

    def run() -> Iterable[Check]:
        wanted = references(subject)
        if not wanted:
            yield Check.ok(NAME, "the tasks are given none" if subject.task else "slipway.toml gives the tasks none")
        for reference in wanted:
            yield _checked(reference, secrets_manager, ssm, aws)

    return Step(NAME, run)


def _checked(reference: SecretReference, secrets_manager: SecretsManager, ssm: Ssm, aws: Aws) -> Check:
    """One that may not be read does not hide the others."""
    try:
        with explained(aws):
            if reference.in_secrets_manager:
                return _secret(reference, secrets_manager, aws)
            return _parameter(reference, ssm.value(_parameter_name(reference.source)))
    except OperationError as error:
        why = f"{reference.variable}: {error.what}"
        return Check.warn(NAME, warnings.UNSEEN.about(why=why, fix=error.fix))


def _secret(reference: SecretReference, secrets_manager: SecretsManager, aws: Aws) -> Check:
    values = {"variable": reference.variable, "secret": reference.source}
    if not secrets_manager.exists(reference.source):
        return Check.fail(NAME, failures.SECRET_MISSING.about(**values))
    if not reference.key:
        return Check.ok(NAME, f"{reference.variable}: the secret is there")
    try:
        with explained(aws):
            text = secrets_manager.text(reference.source)
    except OperationError as error:
        return Check.warn(
            NAME, warnings.SECRET_UNREAD.about(variable=reference.variable, key=reference.key, why=error.what)
        )
    return judge(reference, text)


def judge(reference: SecretReference, text: str | None) -> Check:
    """Whether the secret's text has the key; the text itself goes no further."""
    values = {"variable": reference.variable, "secret": reference.source, "key": reference.key}
    if not text:
        return Check.fail(NAME, failures.SECRET_EMPTY.about(**values))
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return Check.fail(NAME, failures.SECRET_NOT_JSON.about(**values))
    if reference.key not in document:
        return Check.fail(NAME, failures.SECRET_KEY_MISSING.about(**values))
    return Check.ok(NAME, f"{reference.variable}: the secret has the JSON key {reference.key}")


def _parameter(reference: SecretReference, value: str | None) -> Check:
    if value is None:
        name = _parameter_name(reference.source)
        return Check.fail(NAME, failures.PARAMETER_MISSING.about(variable=reference.variable, parameter=name))
    return Check.ok(NAME, f"{reference.variable}: the parameter is there")


def _parameter_name(source: str) -> str:
    """The name in an ARN such as `arn:aws:ssm:REGION:ACCOUNT:parameter/app/key`."""
    if not source.startswith("arn:"):
        return source
    name = source.partition(":parameter")[2]
    return name if "/" in name[1:] else name.removeprefix("/")
