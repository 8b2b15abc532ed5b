"""A whole company from one file: CPU seconds and memory of each step of an import, without the web.

    .venv/bin/python -m benchmarks.roster [--people 100000] [--xlsx]

Each run is a process of its own over a database of its own, because a process never gives memory back.
"""

import argparse
import csv
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
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
    workbook = xlsxwriter.Workbook(data, {"strings_to_formulas": False, "constant_memory": True})
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run(given.run)
        return
    import os  # noqa: PLC0415 - only here
    import subprocess  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.file"
        write = as_xlsx if given.xlsx else as_csv
        file.write_bytes(write(rows(given.people)))
        later = rows(given.people - given.people // 20, moved=given.people // 5)
        file.with_suffix(".next").write_bytes(write(later))
        settings = {
            "LEVELSET_MODE": "test",
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/levelset.db",
        }
        command = [sys.executable, "-m", "benchmarks.roster", "--run", str(file)]
        subprocess.run(command, env={**os.environ, **settings}, check=True)  # noqa: S603 - ourselves


if __name__ == "__main__":
    main()
