"""What starting costs: the application, the command line, and a worker's memory before and after a large board."""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from statistics import median

from flask import Flask

from benchmarks.asking import session_of
from benchmarks.data import Site
from benchmarks.machine import resident_megabytes, url_of
from benchmarks.report import Table, number
from benchmarks.serving import ROOT, cookie_of, serving

_RUNS = 5
_PAGES = 8
_LADDER = "ladders/demo/data.yaml"
_FLASK = (sys.executable, "-m", "flask", "--app", "reviews")
_COMMANDS = {
    "create_app()": (
        (sys.executable, "-c", "from reviews import create_app; create_app()"),
        "1",
        "1.9",
    ),
    "flask --app reviews --help": ((*_FLASK, "--help"), "0.6", ""),
    "flask --app reviews ladders preview --help": (
        (*_FLASK, "ladders", "preview", "--help"),
        "0.6",
        "",
    ),
    f"flask --app reviews ladders preview {_LADDER}": (
        (*_FLASK, "ladders", "preview", _LADDER),
        "",
        "",
    ),
}
_SECRETS = ("SECRET_KEY", "AUDIT_KEY", "LEVELSET_MODE")


def table() -> Table:
    """Processor seconds of whole processes, Python's own start among them."""
    bare = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    served = {**bare, "LEVELSET_MODE": "demo"}
    rows = []
    for name, (command, goal, before) in _COMMANDS.items():
        # Without a secret there is no application, but there is help, and reading a ladder.
        without = "" if name == "create_app()" else number(_seconds(command, bare))
        rows.append((name, number(_seconds(command, served)), without, goal, before))
    return Table(
        "Starting, processor seconds",
        ("command", "with a secret", "without", "goal", "before"),
        rows,
    )


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    taken = []
    for _ in range(_RUNS):
        before = used()
        subprocess.run(  # noqa: S603 - our own commands
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True
        )
        taken.append(used() - before)
    return median(taken)


# -- Memory


def memory(app: Flask, site: Site) -> tuple[float, float]:
    """Resident megabytes of one worker: when it is up, and after it has served the board some times."""
    cookie = cookie_of(app, session_of(app, site.chair))
    address = f"/cycles/{site.calibration}/board"
    with serving("reviews:create_app()", 1, {"DATABASE_URL": url_of(app)}) as server:
        _get(server.port, "/healthz", cookie)
        (worker,) = server.workers
        at_boot = resident_megabytes(worker)
        for _ in range(_PAGES):
            _get(server.port, address, cookie)
        return at_boot, resident_megabytes(worker)


def _get(port: int, address: str, cookie: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Cookie": cookie})
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{address} answered {response.status}")


def memory_table(found: Mapping[str, tuple[float, float]]) -> Table:
    return Table(
        "Memory of a worker, MB resident",
        ("", *found, "goal", "before"),
        [
            ("when it is up", *(f"{boot:.0f}" for boot, _ in found.values()), "", "110"),
            (
                f"after {_PAGES} boards of 1,000 candidates",
                *(f"{later:.0f}" for _, later in found.values()),
                "130",
                "170",
            ),
        ],
    )
