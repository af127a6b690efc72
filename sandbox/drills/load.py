"""Requests at a steady rate through the emulated load balancer, on kept connections, each of them counted."""

import ipaddress
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import urllib3

from sandbox.drills.traffic import CUT, Answer, judged

RATE = 50.0
"""Requests a second."""

CONNECTIONS = 16
"""How many clients, each with a connection that it keeps: at the rate above each sends a request every 0.3 s."""

MOST_SECONDS, MOST_REQUESTS = 900.0, 60_000
"""A load ends by itself after so much, whatever becomes of who started it."""

PATIENCE = 10.0
"""Seconds until a client gives an answer up."""

LAG = 1.0
"""Seconds: requests that could not be sent for so long, because all clients waited for answers, are not made up for."""


class Load:
    """Requests to one URL of this machine as long as the block goes on.

    All clients may be waiting for answers: the rate falls then, as that of real clients does. Nothing is tried again.
    """

    def __init__(
        self,
        url: str,
        *,
        environment: str,
        rate: float = RATE,
        connections: int = CONNECTIONS,
        seconds: float = MOST_SECONDS,
        requests: int = MOST_REQUESTS,
        patience: float = PATIENCE,
    ) -> None:
        """Begin nothing yet.

        Args:
            environment: whose service is to answer.
            seconds: after which it ends by itself.
            requests: likewise.
            patience: in seconds, until a client gives an answer up.

        Raises:
            ValueError: the URL is not one of this machine's loopback, or rate or connections are not above 0.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
            raise ValueError(f"{url} is not an http URL of this machine: drills put load on nothing else")
        if not rate > 0 or connections < 1:
            raise ValueError(f"rate and connections must be above 0, are {rate:g} and {connections}")
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path or "/"
        self._query = f"?{parts.query}" if parts.query else ""
        self._environment, self._rate, self._patience = environment, rate, patience
        self._seconds, self._requests = seconds, requests
        self._over, self._lock = threading.Event(), threading.Lock()
        self._answers: list[Answer] = []
        self._begun, self._sent, self._tickets = 0.0, 0, 0
        self._threads = [
            threading.Thread(target=self._keep_asking, name=f"load-{number}", daemon=True)
            for number in range(connections)
        ]

    @property
    def answers(self) -> list[Answer]:
        """What became of the requests that are over."""
        with self._lock:
            return list(self._answers)

    def __enter__(self) -> Self:
        self._begun = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Send no more, and wait for the answers that are due."""
        self._over.set()
        for thread in self._threads:
            thread.join(self._patience + 1)

    def _keep_asking(self) -> None:
        with urllib3.HTTPConnectionPool(
            "127.0.0.1", self._port, maxsize=1, block=True, retries=False, timeout=self._patience
        ) as pool:
            while (due := self._due()) is not None:
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                answer = self._ask(pool)
                with self._lock:
                    self._answers.append(answer)

    def _due(self) -> float | None:
        """When the next request is to be sent; None if there is none."""
        with self._lock:
            now = time.monotonic()
            behind = int((now - LAG - self._begun) * self._rate)
            ticket = max(self._tickets, behind)
            due = self._begun + ticket / self._rate
            if self._over.is_set() or self._sent >= self._requests or due - self._begun > self._seconds:
                return None
            self._tickets, self._sent = ticket + 1, self._sent + 1
            return due

    def _ask(self, pool: urllib3.HTTPConnectionPool) -> Answer:
        begun = time.monotonic()
        version = failure = target = ""
        try:
            answer = pool.request("GET", f"{self._path}{self._query}", headers={"Host": f"{self._host}:{self._port}"})
            version, failure, target = judged(answer.status, answer.data, environment=self._environment)
        except urllib3.exceptions.NewConnectionError:  # which is a timeout to urllib3, too
            failure = "no connection to the load balancer"
        except urllib3.exceptions.TimeoutError:
            failure = f"no answer within {self._patience:g} s"
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = f"{CUT}: {type(error).__name__}"
        return Answer(begun - self._begun, time.monotonic() - begun, version, failure, target)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
