"""Where AWS is, and what is said when it does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configuration import SANDBOX, Configuration, Environment
from operations.errors import OperationError

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

# An access key of its own: the CDK CLI remembers which account belongs to a key, and would otherwise take the account
# of another emulator for ours.
SANDBOX_ACCESS_KEY = "slipwaysandbox"
SANDBOX_SECRET_KEY = "emulated"  # noqa: S105 - the emulator takes any


@dataclass(frozen=True)
class Aws:
    """One account and region of AWS, or the sandbox.

    Attributes:
        session: to make clients from.
        endpoint: of the emulated AWS; None for AWS itself.
    """

    session: "boto3.Session"
    endpoint: str | None

    @property
    def config(self) -> "Config":
        """How clients behave: AWS is retried with patience; a sandbox that does not answer is simply not up."""
        from botocore.config import Config  # noqa: PLC0415 - as in `connect`

        attempts = 1 if self.sandboxed else 5
        return Config(retries={"mode": "standard", "total_max_attempts": attempts})

    @property
    def sandboxed(self) -> bool:
        """Whether this is the emulated AWS."""
        return self.endpoint is not None


def sandbox_endpoint(configuration: Configuration) -> str:
    """The emulator's URL; a name, not an address, because S3 puts the bucket's name before it."""
    return f"http://localhost:{configuration.sandbox.port}"


def connect(configuration: Configuration, environment: Environment) -> Aws:
    """AWS as that environment sees it: the emulator for the sandbox, otherwise the credentials of the shell."""
    import boto3  # noqa: PLC0415 - takes longer to import than `slipway --help` may run

    if environment.name != SANDBOX:
        return Aws(boto3.Session(region_name=environment.region), None)
    session = boto3.Session(
        aws_access_key_id=SANDBOX_ACCESS_KEY,
        aws_secret_access_key=SANDBOX_SECRET_KEY,
        region_name=environment.region,
    )
    return Aws(session, sandbox_endpoint(configuration))


@contextmanager
def explained(aws: Aws) -> Iterator[None]:
    """Turns what botocore raises into an OperationError that says what to do.

    Raises:
        OperationError: there are no credentials, they have expired, AWS refuses or does not answer.
    """
    from botocore.exceptions import (  # noqa: PLC0415 - as above
        BotoCoreError,
        ClientError,
        EndpointConnectionError,
        NoCredentialsError,
    )

    try:
        yield
    except NoCredentialsError as error:
        raise OperationError("AWS cannot be asked: the shell has no credentials", fix="Run aws sso login.") from error
    except EndpointConnectionError as error:
        if aws.sandboxed:
            raise OperationError(
                f"the sandbox does not answer at {aws.endpoint}: it is not running", fix="Run make up."
            ) from error
        raise OperationError(f"AWS does not answer: {error}", fix="Check the network, then try again.") from error
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code in {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}:
            raise OperationError(
                f"{error.operation_name} was refused: the credentials have expired", fix="Run aws sso login."
            ) from error
        raise OperationError(
            f"{error.operation_name} failed: {code}: {message}", fix="Check the permissions of the credentials in use."
        ) from error
    except BotoCoreError as error:
        raise OperationError(f"AWS cannot be asked: {error}", fix="Check the AWS settings of this shell.") from error
