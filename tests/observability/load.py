"""Requests that go on as long as a test wants them to."""

import contextlib
import http.client
import threading
from types import TracebackType
from typing import Self


class Load:
    """Requests to the service, one after the other, as long as the block goes on; some hundred a second at most.

    Attributes:
        path: what is asked for.
        errors: what connections failed with. The first one is raised when the block is left.
    """

    def __init__(self, port: int) -> None:
        self._port, self.path = port, "/"
        self.errors: list[Exception] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, failure: BaseException | None, _: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self.errors:
            message = f"{len(self.errors)} requests had no answer, the first one because of {self.errors[0]!r}"
            raise ConnectionError(message) from failure or self.errors[0]

    def _ask(self) -> None:
        while not self._over.wait(0.008):
            # A connection each, because uvicorn closes it after an exception.
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
                try:
                    connection.request("GET", self.path)
                    connection.getresponse().read()
                except (OSError, http.client.HTTPException) as error:
                    self.errors.append(error)
