"""Where AWS is, and what is said when it does not answer."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from configuration import SANDBOX, Configuration, Environment
from operations.errors import CredentialsExpiredError, OperationError, UnavailableError

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

# An access key of its own: the CDK CLI remembers which account belongs to a key, and would otherwise take the account
# of another emulator for ours.
SANDBOX_ACCESS_KEY = "slipwaysandbox"
SANDBOX_SECRET_KEY = "emulated"  # noqa: S105 - the emulator takes any

# What the services of AWS call the same refusal ("Common error types" in their API references).
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
UNKNOWN_CREDENTIALS = {
    "AuthFailure",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
# As botocore's own retries have it (botocore.retries.standard.ThrottledRetryableChecker), but for
# LimitExceededException, which CloudFormation says of a quota.
THROTTLED = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
SERVER_ERROR = 500
""" and above: AWS's own fault (HTTP)."""


@dataclass(frozen=True)
class Aws:
    """One account and region of AWS, or the sandbox.

    Attributes:
        session: whose the credentials and the region are.
        endpoint: of the emulated AWS; None for AWS itself.
        patient: whether to wait for AWS and ask it again; otherwise it has ten seconds for one answer.
    """

    session: "boto3.Session"
    endpoint: str | None
    patient: bool = True
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _making: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def client(self, service: str) -> Any:
        """The client of that service, such as `ecs`: one for all who ask, from whichever thread.

        They share its connections. Threads may use a client of boto3 at the same time, but not make clients of one
        session ("Multithreading or multiprocessing with clients" in boto3's guide).
        """
        make: Any = self.session.client
        with self._making:
            if service not in self._clients:
                self._clients[service] = make(service, endpoint_url=self.endpoint, config=self.config)
            return self._clients[service]

    @property
    def config(self) -> "Config":
        """How clients behave: AWS is retried with patience; a sandbox that does not answer is simply not up.

        The shell's AWS_MAX_ATTEMPTS has the sandbox retried, too, which a rehearsal of throttling needs.
        """
        from botocore.config import Config  # noqa: PLC0415 - as in `connect`

        if self.sandboxed:  # on this machine: no proxy is asked for it
            attempts = os.environ.get("AWS_MAX_ATTEMPTS", "")
            retries = int(attempts) if attempts.isdecimal() and int(attempts) else 1
            return Config(retries={"mode": "standard", "total_max_attempts": retries}, proxies={})
        if not self.patient:
            return Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10)
        return Config(retries={"mode": "standard", "total_max_attempts": 5})

    @property
    def sandboxed(self) -> bool:
        """Whether this is the emulated AWS."""
        return self.endpoint is not None


def sandbox_endpoint(configuration: Configuration) -> str:
    """The emulator's URL; a name, not an address, because S3 puts the bucket's name before it."""
    return f"http://localhost:{configuration.sandbox.port}"


def connect(configuration: Configuration, environment: Environment) -> Aws:
    """AWS as that environment sees it: the emulator for the sandbox, otherwise the credentials of the shell.

    Raises:
        OperationError: the AWS settings of the shell cannot be used, such as a profile that does not exist.
    """
    import boto3  # noqa: PLC0415 - takes longer to import than `slipway --help` may run
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - likewise

    sandboxed = environment.name == SANDBOX
    try:
        session = boto3.Session(
            aws_access_key_id=SANDBOX_ACCESS_KEY if sandboxed else None,
            aws_secret_access_key=SANDBOX_SECRET_KEY if sandboxed else None,
            region_name=environment.region,
        )
    except BotoCoreError as error:
        raise _explanation(error, None) from error
    return Aws(session, sandbox_endpoint(configuration) if sandboxed else None)


def of_shell(region: str = "") -> Aws:
    """AWS as the shell's credentials see it, without a `slipway.toml`; it is not waited for.

    Args:
        region: omitted, that of the shell's variables or profile, which may have none.

    Raises:
        OperationError: as of `connect`.
    """
    import boto3  # noqa: PLC0415 - as in `connect`
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - likewise

    # botocore itself reads only the second of these variables, the command line of AWS both.
    region = region or os.environ.get("AWS_REGION", "") or os.environ.get("AWS_DEFAULT_REGION", "")
    try:
        return Aws(boto3.Session(region_name=region or None), None, patient=False)
    except BotoCoreError as error:
        raise _explanation(error, None) from error


def assuming(aws: Aws, role_arn: str, session_name: str) -> Aws:
    """AWS as that role sees it, for an hour: what STS gives to whoever is in another role's session already.

    Args:
        session_name: tells in CloudTrail who took the role on.

    Raises:
        OperationError: the role cannot be taken on.
    """
    import boto3  # noqa: PLC0415 - as in `connect`

    with explained(aws):
        credentials = aws.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name)["Credentials"]
    session = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=aws.session.region_name,
    )
    return Aws(session, aws.endpoint)


@contextmanager
def explained(aws: Aws) -> Iterator[None]:
    """Turns what botocore raises into an OperationError that says what to do.

    Raises:
        CredentialsExpiredError: the credentials have expired.
        UnavailableError: AWS does not answer, or was asked too often.
        OperationError: there are no credentials, or AWS refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as in `connect`
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - likewise

    try:
        yield
    except ClientError as error:
        raise _refusal(error) from error
    except BotoCoreError as error:
        raise _explanation(error, aws.endpoint) from error
    except ResponseParserError as error:
        raise OperationError(
            f"what answers at {aws.endpoint or 'the endpoint'} is not AWS",
            fix="See what listens there; sandbox.port in slipway.toml chooses another port."
            if aws.sandboxed
            else "Check the network and its proxy, then try again.",
        ) from error


def _explanation(error: "BotoCoreError", endpoint: str | None) -> OperationError:
    from botocore import exceptions  # noqa: PLC0415 - as in `connect`

    match error:
        case exceptions.NoCredentialsError():
            return OperationError(
                "AWS cannot be asked: the shell has no credentials",
                fix="Run aws sso login, or set AWS_PROFILE to a profile that has them.",
            )
        case exceptions.SSOError() | exceptions.TokenRetrievalError():
            return CredentialsExpiredError(
                "AWS cannot be asked: the session of aws sso login has expired, or there is none",
                fix="Run aws sso login.",
            )
        case exceptions.EndpointConnectionError() if endpoint:
            return OperationError(f"the sandbox does not answer at {endpoint}: it is not running", fix="Run make up.")
        case exceptions.ConnectionError() | exceptions.HTTPClientError():
            return UnavailableError(
                f"{'the sandbox' if endpoint else 'AWS'} does not answer: {_clause(error)}",
                fix="Run make down and make up." if endpoint else "Check the network, then try again.",
            )
        case _:
            return OperationError(
                f"AWS cannot be asked: {_clause(error)}",
                fix="Check the AWS settings of this shell; aws configure list prints them.",
            )


def _refusal(error: "ClientError") -> OperationError:
    answer = error.response.get("Error", {})
    code, operation = answer.get("Code", ""), error.operation_name
    if code in EXPIRED:
        return CredentialsExpiredError(
            f"{operation} was refused: the credentials have expired", fix="Run aws sso login."
        )
    if code in THROTTLED:
        return UnavailableError(
            f"{operation} was throttled: this account asks AWS too often ({code})",
            fix="Wait a minute and try again; other programs of the account count as well.",
        )
    if code in UNKNOWN_CREDENTIALS:
        fix = "Check which credentials are in use; aws configure list prints them."
    elif code in DENIED:
        fix = "Check the permissions of the credentials in use; aws sts get-caller-identity prints whose they are."
    else:
        fix = "Try again; if it stays, the API reference of the operation explains the code."
    message = answer.get("Message")
    what = f"{operation} failed: {code}" + (f": {_clause(message)}" if message else "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return (UnavailableError if status >= SERVER_ERROR else OperationError)(what, fix=fix)


def _clause(text: object) -> str:
    """The text as the end of a sentence of ours."""
    return str(text).rstrip(".")
