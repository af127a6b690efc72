"""An AWS whose answers depend on what it is asked with: the latest recording that fits is the answer."""

from dataclasses import dataclass, field
from typing import Any

from tests.operations.answering import AnsweringAws, RefusalError

Answer = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """What is answered when this operation is asked for with these parameters, whatever the others are.

    Attributes:
        refusal: an error in the place of the answer.
    """

    operation: str
    expected: dict[str, Any]
    answer: Answer
    refusal: RefusalError | None = None

    def fits(self, operation: str, parameters: dict[str, Any]) -> bool:
        return operation == self.operation and self.expected.items() <= parameters.items()


@dataclass
class RecordedAws(AnsweringAws):
    """Answers by recordings; a request that none fits is an error of the test."""

    _recordings: list[Recording] = field(default_factory=list)

    def records(self, operation: str, answer: Answer, **expected: Any) -> None:
        """From now on that operation is answered like this, if it comes with these parameters."""
        self._recordings.insert(0, Recording(operation, _frozen(expected), answer))

    def refuses(self, operation: str, code: str, message: str = "", **expected: Any) -> None:
        """From now on that operation fails, if it comes with these parameters."""
        refusal = RefusalError(code, message)
        self._recordings.insert(0, Recording(operation, _frozen(expected), {}, refusal))

    def denies(self, operation: str) -> None:
        """From now on the credentials may not do that."""
        self.refuses(operation, "AccessDeniedException", f"not authorized to perform: {operation}")

    def _answered(self, operation: str, parameters: dict[str, Any]) -> Answer:
        for recording in self._recordings:
            if recording.fits(operation, _frozen(parameters)):
                if recording.refusal:
                    raise recording.refusal
                return recording.answer
        return super()._answered(operation, parameters)


def _frozen(parameters: dict[str, Any]) -> dict[str, Any]:
    """With values that can be compared in a set of items."""
    return {name: _hashable(value) for name, value in parameters.items()}


def _hashable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_hashable(each) for each in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _hashable(each)) for name, each in value.items()))
    return value
