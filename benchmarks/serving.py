"""A real server over a database: gunicorn, as it runs in production, and what its processes use."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from benchmarks.machine import process_seconds

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: int

    @property
    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process}/task/{self.process}/children")
        return list(map(int, children.read_text(encoding="ascii").split()))

    def seconds(self) -> float:
        """Processor seconds of the workers since they began."""
        return sum(map(process_seconds, self.workers))


@contextmanager
def serving(application: str, workers: int, settings: Mapping[str, str]) -> Iterator[Server]:
    """Serve an application at a port of this machine, four threads to a worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [
                sys.executable, "-m", "gunicorn", application, f"--bind=127.0.0.1:{port}",
                "--worker-class=gthread", f"--workers={workers}", "--threads=4",
                "--no-control-socket", "--log-level=warning",
            ],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )  # fmt: skip
        try:
            if not _is_up(process, port):
                log.seek(0)
                raise RuntimeError(f"The server did not come up:\n{log.read().decode()}")
            yield Server(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _is_up(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


# -- Somebody who is signed in there

_CSRF = "a" * 43


def cookie_of(app: Flask, token: str) -> str:
    """The header of a browser that is signed in by this token, to any process with the same secret."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own sessions
    value = signer.dumps({"_user_id": token, "csrf_token": _CSRF})
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


def form_token(app: Flask) -> str:
    """What every form of such a browser carries."""
    with app.test_request_context():
        session["csrf_token"] = _CSRF
        token: str = generate_csrf()
    return token
