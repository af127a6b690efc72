"""An AWS that answers by a script."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.stub import Stubber

from tests.sessions import core_session

Session = boto3.Session


@dataclass
class ScriptedAws:
    """Answers each service's requests in the order of the script; botocore checks both against the service's model.

    Attributes:
        endpoints: of the clients that were made, by service.
    """

    endpoints: dict[str, str] = field(default_factory=dict)
    _script: dict[str, list[Callable[[Stubber], None]]] = field(default_factory=dict)
    _stubbers: list[Stubber] = field(default_factory=list)

    def answers(self, service: str, operation: str, answer: dict[str, Any], **expected: object) -> None:
        """The next request to that service has to be this operation with these parameters."""
        self._script.setdefault(service, []).append(lambda stub: stub.add_response(operation, answer, expected))

    def refuses(self, service: str, operation: str, code: str, message: str) -> None:
        """The next request to that service has to be this operation, and fails."""
        self._script.setdefault(service, []).append(lambda stub: stub.add_client_error(operation, code, message))

    def session(self, **options: Any) -> Any:
        """In the place of `boto3.Session`."""
        real = Session(botocore_session=core_session(), **options)
        return SimpleNamespace(
            client=lambda service, **options: self._client(real, service, **options),
            get_credentials=real.get_credentials,
            region_name=real.region_name,
        )

    def _client(self, session: boto3.Session, service: Any, **options: Any) -> Any:
        client = session.client(service, **options)
        self.endpoints[service] = client.meta.endpoint_url
        stubber = Stubber(client)
        for line in self._script.pop(service, []):
            line(stubber)
        stubber.activate()
        self._stubbers.append(stubber)
        return client

    def assert_that_all_was_asked(self) -> None:
        assert list(self._script) == []
        for stubber in self._stubbers:
            stubber.assert_no_pending_responses()
