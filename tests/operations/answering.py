"""An AWS that answers by what is asked, in any order and from any thread; botocore checks what goes in and out."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.validate import ParamValidator

from tests.sessions import core_session

Answer = Callable[[dict[str, Any]], dict[str, Any]]
Session = boto3.Session


class RefusalError(Exception):
    """What an answer raises that is none."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Call:
    operation: str
    parameters: Mapping[str, Any]


@dataclass
class AnsweringAws:
    """Answers each operation by a function of its parameters.

    Attributes:
        answers: by operation, such as `DescribeStacks`.
        calls: in the order in which they came.
        endpoints: that were asked.
        denying: whether what has no answer is denied; otherwise it is an error of the test.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    denying: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, operation: str, answer: dict[str, Any] | Answer) -> None:
        self.answers[operation] = answer if callable(answer) else lambda _: answer

    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    def parameters(self, operation: str) -> Mapping[str, Any]:
        """Of the only call of that operation."""
        (parameters,) = [call.parameters for call in self.calls if call.operation == operation]
        return parameters

    def session(self, **options: Any) -> boto3.Session:
        """In the place of `boto3.Session`."""
        core = core_session()
        core.register("before-parameter-build", _keep)
        core.register("before-call", self._call)  # type: ignore[arg-type]  # the stubs do not know that it may answer
        return Session(botocore_session=core, **options)

    def _call(self, **event: Any) -> tuple[Any, dict[str, Any]]:
        model, parameters = event["model"], event["context"]["asked"]
        with self._lock:
            self.calls.append(Call(model.name, parameters))
            self.endpoints.add(event["params"]["url"].rstrip("/"))
            try:
                answer = self._answered(model.name, parameters)
            except RefusalError as refusal:
                return _refused(refusal)
        report = ParamValidator().validate(answer, model.output_shape) if model.output_shape else None
        assert report is None or not report.has_errors(), f"{model.name}: {report.generate_report()}"
        return SimpleNamespace(status_code=200), answer | {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _answered(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation in self.answers:
            return self.answers[operation](parameters)
        if self.denying:
            raise RefusalError("AccessDenied", f"not authorized to perform {operation}")
        raise AssertionError(f"nobody expected {operation}({parameters})")


def _keep(**event: Any) -> None:
    event["context"]["asked"] = dict(event["params"])


def _refused(refusal: RefusalError) -> tuple[Any, dict[str, Any]]:
    return SimpleNamespace(status_code=refusal.status), {
        "Error": {"Code": refusal.code, "Message": refusal.message},
        "ResponseMetadata": {"HTTPStatusCode": refusal.status},
    }
