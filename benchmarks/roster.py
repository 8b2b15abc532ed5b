"""A whole company from one file: seconds and memory of each step of an import, without the web or through its pages.

    .venv/bin/python -m benchmarks.roster [--people 100000] [--xlsx] [--database PostgreSQL] [--pages]

Each run is a process of its own over a database of its own, because a process never gives memory back.
"""

import argparse
import csv
import http.client
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlencode

if TYPE_CHECKING:
    from flask import Flask

    from benchmarks.serving import Server
    from reviews.roster.plan import RosterPlan

_HEADINGS = (
    "Employee ID",
    "Legal First Name",
    "Legal Last Name",
    "Email - Primary Work",
    "Business Title",
    "Job Level",
    "Supervisory Organization",
    "Manager Employee ID",
    "Hire Date",
    "Location",
    "Cost Centre",
    "Worker Type",
)
_Result = TypeVar("_Result")


def rows(people: int, *, moved: int = 0) -> list[tuple[str, ...]]:
    """A company in which everybody has eight reports; `moved` of them with another title and manager."""
    return [
        (
            f"{number:06}",
            f"First{number}",
            f"Last{number}",
            f"first{number}.last{number}@corp.example",
            "Head" if number < moved else "Senior software engineer",
            f"P{number % 7}",
            f"Unit {number % 300}",
            f"{(number // 9 if number < moved else number // 8):06}" if number else "",
            "2021-01-02",
            "Leeds",
            f"CC-{number % 50}",
            "Regular",
        )
        for number in range(people)
    ]


def as_csv(lines: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_HEADINGS, *lines])
    return text.getvalue().encode()


def as_xlsx(lines: list[tuple[str, ...]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only where it is asked for

    data = io.BytesIO()
    # With the texts that cells share beside the cells, as spreadsheets save it.
    workbook = xlsxwriter.Workbook(data, {"strings_to_formulas": False})
    sheet = workbook.add_worksheet("Workers")
    for place, line in enumerate([_HEADINGS, *lines]):
        sheet.write_row(place, 0, line)
    workbook.close()
    return data.getvalue()


def timed(what: str, act: Callable[[], _Result]) -> _Result:
    begun = time.process_time()
    result = act()
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:32} {seconds:6.1f} s CPU   {peak:5} MB at most")
    return result


def run(file: Path) -> None:
    """Read, guess, compare and apply one file."""
    from reviews import create_app  # noqa: PLC0415 - after the settings are made
    from reviews.cli import prepare_migrations  # noqa: PLC0415

    app = create_app()
    with app.app_context():
        prepare_migrations(app)
        from flask_migrate import upgrade  # noqa: PLC0415

        upgrade()
        begun = time.process_time()
        timed("nothing yet", lambda: None)
        for name in (file, file.with_suffix(".next")):
            one_import(name)
        print(f"{'all of it':32} {time.process_time() - begun:6.1f} s CPU")


def one_import(file: Path) -> None:
    from reviews.db.extensions import db  # noqa: PLC0415 - after the settings are made
    from reviews.people.queries import now  # noqa: PLC0415
    from reviews.roster import queries, service  # noqa: PLC0415
    from reviews.roster.entries import read_people  # noqa: PLC0415
    from reviews.roster.guessing import guess  # noqa: PLC0415
    from reviews.roster.plan import compare  # noqa: PLC0415
    from reviews.roster.table_file import read_table  # noqa: PLC0415

    with file.open("rb") as stream:
        table = timed("read the file", lambda: read_table(stream))
    mapping = timed("guess the columns", lambda: guess(table)).mapping
    people = timed("read the people", lambda: read_people(table, mapping))
    digest = timed("compare", lambda: compare(people, queries.roster()).digest)
    db.session.rollback()

    def apply() -> "RosterPlan":
        plan = service.apply(
            people,
            is_whole=True,
            answers={},
            digest=digest,
            leavers_read=True,
            leaves_out=False,
            actor=None,
            at=now(),
        )
        db.session.commit()
        return plan

    plan = timed("apply and commit", apply)
    print(f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.leaving)} leaving")


# -- Through the pages


class _Owner:
    """A browser of somebody who may import, as far as forms go."""

    def __init__(self, app: "Flask", server: "Server") -> None:
        from benchmarks.asking import session_of  # noqa: PLC0415 - reads the settings
        from benchmarks.serving import cookie_of  # noqa: PLC0415
        from reviews.db.extensions import db  # noqa: PLC0415
        from reviews.people.queries import now  # noqa: PLC0415
        from reviews.people.service import add_owner  # noqa: PLC0415

        with app.app_context():
            owner, _ = add_owner(name="Odile Marchetti", email="odile@corp.example", at=now())
            db.session.commit()
            owner_id = owner.id
        self.server = server
        self.cookie = cookie_of(app, session_of(app, owner_id))

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> "Answer":
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=300)
        headers = {"Cookie": self.cookie, "Origin": "http://127.0.0.1:8000"}
        if kind:
            headers["Content-Type"] = kind
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.getheader("Location") or "", response.read())
        connection.close()
        if answer.status not in {200, 302}:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer

    def form(self, path: str, form: str) -> dict[str, list[str]]:
        from tests.pages import parsed, values_of  # noqa: PLC0415

        root, _ = parsed(self.ask("GET", path).body.decode())
        found: dict[str, list[str]] = values_of(root.find(form))
        return found

    def upload(self, file: Path) -> str:
        """Where the page of the columns is."""
        from werkzeug.datastructures import FileStorage  # noqa: PLC0415
        from werkzeug.test import encode_multipart  # noqa: PLC0415

        form = self.form("/people/import", ".//form[@enctype='multipart/form-data']")
        with file.open("rb") as stream:
            sent = {**form, "file": FileStorage(stream, file.name)}
            boundary, body = encode_multipart(sent)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.ask("POST", "/people/import", body, kind).location

    def send(self, page: str, form: str, path: str = "", **chosen: str) -> str:
        fields = self.form(page, form) | {name: [value] for name, value in chosen.items()}
        body = urlencode(fields, doseq=True).encode()
        answer = self.ask("POST", path or page, body, "application/x-www-form-urlencoded")
        if not answer.location:
            raise RuntimeError(f"{page} was refused")
        return answer.location


class Answer(NamedTuple):
    status: int
    location: str
    body: bytes


def through_pages(app: "Flask", url: str, file: Path) -> None:
    from benchmarks.serving import serving  # noqa: PLC0415

    settings = {"LEVELSET_MODE": "test", "DATABASE_URL": url}
    with serving("reviews:create_app()", 1, settings) as server:
        owner = _Owner(app, server)

        def clocked(what: str, act: Callable[[], _Result]) -> _Result:
            begun, used = time.perf_counter(), server.seconds()
            result = act()
            seconds, used = time.perf_counter() - begun, server.seconds() - used
            peak = max(map(_peak, server.workers))
            print(f"{what:32} {seconds:6.1f} s by the clock {used:6.1f} s CPU {peak:5} MB at most")
            return result

        clocked("nothing yet", lambda: owner.ask("GET", "/people"))
        for name in (file, file.with_suffix(".next")):
            columns = clocked("upload the file", partial(owner.upload, name))
            preview = clocked(
                "look at and send the columns",
                partial(owner.send, columns, ".//main/form", who="whole"),
            )
            apply = f"{preview}/apply"
            form = f".//form[@action='{apply}']"
            clocked(
                "look at and apply", partial(owner.send, preview, form, apply, leavers_read="y")
            )


def _peak(process: int) -> int:
    """Megabytes that a process had at most."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"), default="SQLite")
    parser.add_argument("--pages", action="store_true")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run)
        return
    os.environ["LEVELSET_MODE"] = "test"
    from benchmarks import machine  # noqa: PLC0415 - after the setting is made

    with (
        tempfile.TemporaryDirectory() as folder,
        machine.servers([given.database]) as found,
        machine.application(found[given.database]) as app,
    ):
        file = Path(folder) / "people.file"
        write = as_xlsx if given.xlsx else as_csv
        file.write_bytes(write(rows(given.people)))
        later = rows(given.people - given.people // 20, moved=given.people // 5)
        file.with_suffix(".next").write_bytes(write(later))
        url = machine.url_of(app)
        if given.pages:
            through_pages(app, url, file)
            return
        command = [sys.executable, "-m", "benchmarks.roster", "--run", str(file)]
        subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True)  # noqa: S603 - ourselves


if __name__ == "__main__":
    main()
