"""Requests at a steady rate through the emulated load balancer, on kept connections, each of them counted."""

import ipaddress
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import urllib3

from sandbox.drills.traffic import CUT, Answer, judged

RATE = 50.0
"""Requests a second."""

CONNECTIONS = 64
"""How many clients, each with a connection that it keeps: the rate holds while answers take more than a second."""

MOST_SECONDS, MOST_REQUESTS = 900.0, 60_000
"""A load ends by itself after so much, whatever becomes of who started it."""

PATIENCE = 15.0
"""Seconds until a client gives an answer up: more than the emulator takes to give a target up."""

LAG = 1.0
"""Seconds: a request that could not be sent for so long, because all clients waited for answers, has failed."""

NOT_SENT = "not sent: every client waited for an answer"


class Load:
    """Requests to one URL of this machine as long as the block goes on.

    Each request is due at a time of its own, and what it takes is counted from then, so that a service that answers
    nobody for a while is not asked less. Nothing is tried again.

    Attributes:
        begun_at: when the first one was due; None before.
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
        self._begun, self._tickets = 0.0, 0
        self.begun_at: datetime | None = None
        self._threads = [
            threading.Thread(target=self._keep_asking, name=f"load-{number}", daemon=True)
            for number in range(connections)
        ]

    @property
    def moment(self) -> float:
        """Seconds since the first request was due."""
        return time.monotonic() - self._begun

    @property
    def answers(self) -> list[Answer]:
        """What became of the requests that are over."""
        with self._lock:
            return list(self._answers)

    def __enter__(self) -> Self:
        self._begun, self.begun_at = time.monotonic(), datetime.now(UTC)
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
                answer = self._ask(pool, due)
                with self._lock:
                    self._answers.append(answer)

    def _due(self) -> float | None:
        """When the next request is to be sent; None if there is none."""
        with self._lock:
            now = time.monotonic()
            while not self._over.is_set() and self._tickets < self._requests:
                at = self._tickets / self._rate
                if at > self._seconds:
                    return None
                self._tickets += 1
                if at > now - self._begun - LAG:
                    return self._begun + at
                self._answers.append(Answer(at, 0.0, failure=NOT_SENT))
            return None

    def _ask(self, pool: urllib3.HTTPConnectionPool, due: float) -> Answer:
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
        return Answer(due - self._begun, time.monotonic() - due, version, failure, target)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
