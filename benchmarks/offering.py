"""Sending requests to a server at instants fixed beforehand, whether or not it keeps up; or as fast as it answers."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from time import monotonic, process_time, sleep

#: How long one answer is waited for.
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Write:
    """What a request is to leave in the database: this text in this row. A kind names the table."""

    kind: str
    row: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    address: str
    cookie: str
    body: str = ""
    write: Write | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    request: Request
    #: Of HTTP; 0 where none came.
    status: int
    #: Instants in seconds: when it was to be sent, when it was, and when the answer was whole.
    due: float
    sent: float
    done: float

    @property
    def is_acknowledged(self) -> bool:
        return self.request.write is not None and self.status == 302


@dataclass(frozen=True, slots=True)
class Offered:
    answers: Sequence[Answer]
    #: Due within the time, and no connection was free.
    unsent: int
    seconds: float
    #: Processor seconds of this process, for each second.
    own_share: float

    @property
    def rate(self) -> float:
        """Answers in a second, without those that refused or failed."""
        return sum(0 < answer.status < 400 for answer in self.answers) / self.seconds


def offer(
    port: int,
    requests: Sequence[Request],
    *,
    rate: float | None = None,
    seconds: float,
    connections: int,
) -> Offered:
    """Send the requests, each on a connection of its own.

    Args:
        rate: how many are due in a second; None sends one as soon as a connection is free.
        seconds: what is not sent by then stays unsent; what is sent is waited for.
        connections: how many may be open at once.
    """
    waiting = iter(enumerate(requests))
    answers: list[Answer] = []
    one_at_a_time = threading.Lock()
    begun, used = monotonic(), process_time()
    end = begun + seconds

    def send_in_turn() -> None:
        while True:
            with one_at_a_time:
                number, request = next(waiting, (0, None))
            due = monotonic() if rate is None else begun + number / rate
            if request is None or due >= end:
                return
            sleep(max(0.0, due - monotonic()))
            sent = monotonic()
            if sent >= end:
                return
            status = _send(port, request)
            answers.append(Answer(request, status, due, sent, monotonic()))

    threads = [threading.Thread(target=send_in_turn) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    due = len(requests) if rate is None else min(len(requests), round(rate * seconds))
    return Offered(
        answers=answers,
        unsent=0 if rate is None else due - len(answers),
        seconds=monotonic() - begun if rate is None else seconds,
        own_share=(process_time() - used) / (monotonic() - begun),
    )


def _send(port: int, request: Request) -> int:
    headers = {"Cookie": request.cookie, "Connection": "close"}
    if request.body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request(request.method, request.address, request.body or None, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
    if "/sign-in" in response.headers.get("Location", ""):
        raise RuntimeError(f"{request.address} asked to sign in")
    return response.status
