"""How the server waits, what it takes, and what it writes: real failures.

Each request has its line from the application, and needs no second one.

A warning of gunicorn's would quote a request that it cannot read.
"""

import socket
import struct
from typing import Any

from gunicorn.http import wsgi

accesslog = None
loglevel = "error"

#: A process that is stuck as a whole is ended. With threads it does not end a request that takes long.
timeout = 30
#: After which a process that is told to end leaves what it is doing.
graceful_timeout = 30
#: How long a connection may stay open between two requests, and before the first.
keepalive = 2
#: Longer than any address and any cookie of ours.
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 8190

#: How long nothing may come of a request that has begun, and nothing be taken of an answer. gunicorn has no such limit
#: for threads: whoever sends half of a head, or of a form, would keep one for good.
_SILENCE_SECONDS = 10

_headers = wsgi.Response.default_headers


def _without_a_name(self: wsgi.Response) -> list[str]:
    """Nobody need know what serves this, and gunicorn has no setting for it."""
    return [line for line in _headers(self) if not line.startswith("Server:")]


wsgi.Response.default_headers = _without_a_name


def when_ready(server: Any) -> None:
    """Let each connection have the limit from the socket on which it arrives."""
    for listener in server.LISTENERS:
        for limit in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(
                socket.SOL_SOCKET, limit, struct.pack("ll", _SILENCE_SECONDS, 0)
            )
