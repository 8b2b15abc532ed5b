"""The product as people meet it: its own process, its own database, over HTTP."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from flask import Flask

from reviews import create_app

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveServer:
    """A server over a database; `app` reaches the same database from the test, to arrange it."""

    database: str
    app: Flask
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, database: str, log: Path) -> Self:
        app = create_app({"SQLALCHEMY_DATABASE_URI": database})
        port = free_port()
        server = cls(database, app, port, log, serve(database, port, log))
        server.wait_until_up()
        return server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        raise RuntimeError(f"The server did not come up:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End it as a power cut would: no signal that it could act upon."""
        # The workers live in the server's own session and would outlive their parent.
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
        self.process.wait()

    def restart(self) -> None:
        self.process = serve(self.database, self.port, self.log)
        self.wait_until_up()


def serve(database: str, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "reviews:create_app()",
                f"--bind=127.0.0.1:{port}", "--worker-class=gthread", "--threads=4",
                "--no-control-socket",
            ],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )  # fmt: skip
