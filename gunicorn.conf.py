"""How the server waits, what it takes, and what it writes: real failures.

Each request has its line from the application, and needs no second one.

A warning of gunicorn's would quote a request that it cannot read.

A thread is given a request when all of it is there. gunicorn gives it the first byte, and a few people who send half of
a head or of a form keep all threads, each until nothing has come of it for ten seconds; then it waits two seconds more
for each of them to hang up, and answers nobody meanwhile. Nor has it a setting for either.
"""

import socket
import struct
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import http
from gunicorn.http import wsgi
from gunicorn.workers import gthread

#: What is served is made once, and each process is a copy of it: one that was killed has its successor at once.
preload_app = True
accesslog = None
loglevel = "error"

#: A process that is stuck as a whole is ended. With threads it does not end a request that takes long.
timeout = 30
#: After which a process that is told to end leaves what it is doing.
graceful_timeout = 30
#: How long a connection may stay open between two requests.
keepalive = 2
#: Longer than any address and any cookie of ours.
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 8190

#: How long nothing may come of a request, and nothing be taken of an answer.
_SILENCE_SECONDS = 10
#: The same for a thread, which has all of a request: only gunicorn may think that there is more.
_THREAD_SECONDS = 1
#: How long all of a request may take.
_WHOLE_SECONDS = 60
#: Longer than any request that the application takes. Of a longer one it says so without reading it.
_LONGEST = 2 * 1024 * 1024
#: Of all requests that are coming, for each process.
_MOST_WAITING = 64 * 1024 * 1024
_END_OF_HEAD = b"\r\n\r\n"

_headers = wsgi.Response.default_headers


def _without_a_name(self: wsgi.Response) -> list[str]:
    """Nobody need know what serves this, and gunicorn has no setting for it."""
    return [line for line in _headers(self) if not line.startswith("Server:")]


wsgi.Response.default_headers = _without_a_name


def when_ready(server: Any) -> None:
    """Let each connection have the limits from the socket on which it arrives."""
    for listener in server.LISTENERS:
        for limit, seconds in (
            (socket.SO_RCVTIMEO, _THREAD_SECONDS),
            (socket.SO_SNDTIMEO, _SILENCE_SECONDS),
        ):
            listener.sock.setsockopt(socket.SOL_SOCKET, limit, struct.pack("ll", seconds, 0))


# -- Whole requests


class _Arriving:
    """What has come of a request, and whether that is all of it. What cannot be read is whole: gunicorn refuses it."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.bytes = bytearray()
        #: How far a head, or a chunk of a body, has been looked for.
        self._seen = 0
        self._end: int | None = None
        self._is_chunked = False

    def is_whole(self) -> bool:
        if len(self.bytes) > _LONGEST:
            return True
        if self._end is None and not self._is_chunked and not self._read_head():
            # A first line that does not end is refused as soon as it is too long.
            return len(self.bytes) > limit_request_line + 2 and b"\r\n" not in self.bytes
        if self._is_chunked and self._end is None:
            self._read_chunks()
        return self._end is not None and len(self.bytes) >= self._end

    def alone(self) -> bytes:
        """Without what was sent behind it: that would be begun while a thread waits for its end."""
        return bytes(self.bytes[: self._end])

    def is_alone(self) -> bool:
        return len(self.bytes) == self._end

    def _read_head(self) -> bool:
        at = self.bytes.find(_END_OF_HEAD, max(0, self._seen - 3))
        self._seen = len(self.bytes)
        if at < 0:
            return False
        fields = bytes(self.bytes[:at]).lower().split(b"\r\n")[1:]
        self._seen = self._end = at + len(_END_OF_HEAD)
        for name, _, value in (field.partition(b":") for field in fields):
            if name == b"content-length" and value.strip().isdigit():
                self._end = self._seen + int(value)
            elif name == b"transfer-encoding" and b"chunked" in value:
                self._end, self._is_chunked = None, True
                break
        return True

    def _read_chunks(self) -> None:
        while self._end is None and (at := self.bytes.find(b"\r\n", self._seen)) >= 0:
            try:
                size = int(bytes(self.bytes[self._seen : at]).partition(b";")[0], 16)
            except ValueError:
                self._end = at
                return
            if size > 0:
                self._seen = at + 2 + size + 2
            elif (end := self.bytes.find(_END_OF_HEAD, at)) >= 0:
                self._end = end + len(_END_OF_HEAD)
            else:
                return


def _wait_for_it(worker: Any, conn: Any) -> None:
    """Let the request come while no thread waits for it."""
    conn.arriving = _Arriving()
    conn.timeout = conn.arriving.begun + _SILENCE_SECONDS
    conn.sock.setblocking(False)
    worker.pending_conns.append(conn)
    worker.poller.register(conn.sock, EVENT_READ, partial(_read_more, worker, conn))


def _accept(self: Any, listener: Any) -> None:
    try:
        sock, client = listener.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return  # another process was quicker, or it has gone
    self.nr_conns += 1
    _wait_for_it(self, gthread.TConn(self.cfg, sock, client, listener.getsockname()))


def _next_request(self: Any, conn: Any, _client: Any) -> None:
    """Of a connection that has been answered before."""
    self.poller.unregister(conn.sock)
    self.keepalived_conns.remove(conn)
    _wait_for_it(self, conn)


def _read_more(worker: Any, conn: Any, _client: Any) -> None:
    try:
        piece = conn.sock.recv(65536)
    except BlockingIOError:
        return
    except OSError:
        piece = b""
    conn.arriving.bytes += piece
    if piece and not conn.arriving.is_whole():
        conn.timeout = min(
            time.monotonic() + _SILENCE_SECONDS, conn.arriving.begun + _WHOLE_SECONDS
        )
        # Many small ones are within it.
        if len(conn.arriving.bytes) > _MOST_WAITING // worker.worker_connections:
            waiting = sum(len(each.arriving.bytes) for each in worker.pending_conns)
            conn.timeout = 0 if waiting > _MOST_WAITING else conn.timeout
        return
    worker.poller.unregister(conn.sock)
    worker.pending_conns.remove(conn)
    if conn.parser is None:
        conn.parser = http.get_parser(worker.cfg, conn.sock, conn.client)
    conn.parser.unreader.unread(conn.arriving.alone())
    conn.data_ready = True
    worker.enqueue_req(conn)


def _give_up(self: Any) -> None:
    """End what has been silent, or under way, for too long."""
    now = time.monotonic()
    for conn in [each for each in self.pending_conns if each.timeout <= now]:
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


_stay = gthread.ThreadWorker._keepalive_after  # noqa: SLF001 - there is no other place


def _stay_for_another(self: Any, conn: Any, keepalive: Any) -> bool:
    """Whether the connection can be used again: after a request of which the end is known, and nothing behind it."""
    return conn.arriving.is_alone() and _stay(self, conn, keepalive)


_close = gthread.TConn.close


def _close_at_once(self: Any, graceful: Any = False) -> None:  # noqa: FBT002 - gunicorn's
    """Take what is there, so that the answer is not cut off, and wait for nobody to hang up: all others would, too."""
    if graceful:
        try:
            self.sock.shutdown(socket.SHUT_WR)
            self.sock.setblocking(False)
            self.sock.recv(65536)
        except OSError:
            pass  # nothing is there, or nobody
    _close(self)


gthread.ThreadWorker.accept = _accept
gthread.ThreadWorker.on_client_socket_readable = _next_request
gthread.ThreadWorker.murder_pending = _give_up
gthread.ThreadWorker._keepalive_after = _stay_for_another  # noqa: SLF001 - as above
gthread.TConn.close = _close_at_once
