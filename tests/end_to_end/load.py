"""A small load on this machine's loopback, counted."""

import threading
import time
import urllib.request
from collections import Counter
from types import TracebackType
from typing import Self

WORKERS = 2
PAUSE = 0.1
"""Seconds between two requests of a worker: twenty a second at most. The drills, which run alone, send more."""


class Load:
    """Requests to one URL as long as the block goes on.

    Attributes:
        answers: how often which tag answered.
        failures: what went wrong, in words; empty if nothing did.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(WORKERS)]
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while not self._over.is_set():
            try:
                with opener.open(self._url, timeout=10) as answer:
                    self.answers[answer.read().decode().partition('"image_tag":"')[2].partition('"')[0]] += 1
            except OSError as error:  # urllib's errors are of this kind
                self.failures.append(f"{time.monotonic():.2f}: {error}")
            self._over.wait(PAUSE)
