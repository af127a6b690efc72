"""An AWS that answers by what is asked, in whatever order: for verbs that ask several services at the same time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
from botocore.validate import validate_parameters

Answer = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """What is answered when this operation is asked for with these parameters, whatever the others are.

    Attributes:
        refusal: code and message of an error in the place of the answer.
    """

    service: str
    operation: str
    expected: dict[str, Any]
    answer: Answer
    refusal: tuple[str, str] | None = None

    def fits(self, service: str, operation: str, parameters: dict[str, Any]) -> bool:
        asked = (service, operation) == (self.service, self.operation)
        return asked and self.expected.items() <= {k: _frozen(v) for k, v in parameters.items()}.items()


@dataclass
class RecordedAws:
    """Answers every request by the latest recording that fits; botocore checks requests and answers by its models.

    Attributes:
        asked: the operations in the order in which they were asked for, as `SERVICE:Operation`.
    """

    loader: Any
    asked: list[str] = field(default_factory=list)
    _recordings: list[Recording] = field(default_factory=list)

    def answers(self, service: str, operation: str, answer: Answer, **expected: Any) -> None:
        """From now on that operation is answered like this, if it comes with these parameters."""
        self._recordings.insert(0, Recording(service, operation, _expected(expected), answer))

    def refuses(self, service: str, operation: str, code: str, message: str = "", **expected: Any) -> None:
        """From now on that operation fails, if it comes with these parameters."""
        self._recordings.insert(0, Recording(service, operation, _expected(expected), {}, (code, message)))

    def denies(self, service: str, operation: str) -> None:
        """From now on the credentials may not do that."""
        self.refuses(service, operation, "AccessDeniedException", f"not authorized to perform: {service}:{operation}")

    def session(self, **options: Any) -> Any:
        """In the place of `boto3.Session`."""
        core = botocore.session.Session()
        core.register_component("data_loader", self.loader)
        real = _Session(botocore_session=core, **options)
        return SimpleNamespace(
            client=lambda service, **options: self._client(real, service, **options), region_name=real.region_name
        )

    def _client(self, session: boto3.Session, service: Any, **options: Any) -> Any:
        client = session.client(service, **options)
        client.meta.events.register_first("provide-client-params.*.*", _remember)
        client.meta.events.register_first("before-call.*.*", self._answer_of(service))
        return client

    def _answer_of(self, service: str) -> Callable[..., Any]:
        def answer(model: Any, context: dict[str, Any], **_: Any) -> Any:
            parameters = context["recorded parameters"]
            self.asked.append(f"{service}:{model.name}")
            for recording in self._recordings:
                if recording.fits(service, model.name, parameters):
                    return _response(recording, model)
            raise AssertionError(f"{service} {model.name} was asked for with {parameters}, which nobody recorded")

        return answer


_Session = boto3.Session


def _response(recording: Recording, model: Any) -> Any:
    if recording.refusal:
        code, message = recording.refusal
        metadata = {"HTTPStatusCode": 400, "RequestId": "recorded"}
        parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
        return _http(400), parsed
    if model.output_shape:
        validate_parameters(recording.answer, model.output_shape)
    metadata = {"HTTPStatusCode": 200, "RequestId": "recorded"}
    return _http(200), {**recording.answer, "ResponseMetadata": metadata}


def _http(status: int) -> Any:
    """All that botocore looks at of an answer when it has been parsed."""
    return SimpleNamespace(status_code=status)


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["recorded parameters"] = params


def _expected(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: _frozen(value) for name, value in parameters.items()}


def _frozen(value: Any) -> Any:
    """Comparable in a set of items."""
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _frozen(each)) for name, each in value.items()))
    return value
