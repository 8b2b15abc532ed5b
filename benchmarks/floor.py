"""The least possible work for the same answer: no sign-in, no policy, no framework."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import psycopg
import sqlalchemy as sa

from reviews.rules.enums import SCALE

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterator[bytes]]

#: Seconds that a write waits for another one.
_PATIENCE = 5

# -- The board

_COUNTS = ",\n       ".join(
    f"sum(CASE WHEN r.category = '{word}' THEN 1 ELSE 0 END)" for word in SCALE
)


def _board(cycle: int, rows: int | None) -> str:
    page = (
        f"SELECT id FROM packet WHERE cycle_id = {cycle:d} ORDER BY agenda_order, id LIMIT {rows}"  # noqa: S608 - numbers
    )
    which = f"p.cycle_id = {cycle:d}" if rows is None else f"p.id IN ({page})"
    return f"""
SELECT p.public_id, c.name, r.dimension_id, count(*),
       {_COUNTS},
       sum(CASE WHEN r.category IN ('not_observed', 'no_opportunity') THEN 1 ELSE 0 END),
       max(CASE WHEN a.kind = 'manager' THEN r.category END)
FROM packet p
JOIN person c ON c.id = p.candidate_id
JOIN assignment a ON a.packet_id = p.id AND a.state = 'submitted'
JOIN rating r ON r.assignment_id = a.id
WHERE {which}
GROUP BY p.id, p.public_id, c.name, r.dimension_id
ORDER BY p.id, r.dimension_id
"""  # noqa: S608 - our own words and numbers


def board(engine: sa.Engine, cycle: int, rows: int | None) -> Wsgi:
    """The cycle's packets, or as many of them as come first, with the same counts: plain text in a table."""
    statement = _board(cycle, rows)

    def answer(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            found = cursor.fetchall()
        finally:
            connection.close()
        parts = ["<!doctype html><title>Board</title><table>"]
        before = None
        for packet, name, _, rated, low, partly, met, high, missing, manager in found:
            if packet != before:
                parts.append(f'<tr><th><a href="/packets/{packet}">{escape(name)}</a></th>')
                before = packet
            parts.append(f"<td>{low} {partly} {met} {high} <i>{rated - missing} {manager}</i></td>")
        parts.append("</table>")
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        yield "".join(parts).encode()

    return answer


# -- A write


def writer() -> Wsgi:
    """For gunicorn: each request is one row in one transaction of the database that FLOOR_DATABASE names."""
    url = sa.make_url(os.environ["FLOOR_DATABASE"])
    insert = _sqlite_insert(url) if url.get_backend_name() == "sqlite" else _postgresql_insert(url)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        insert(body.decode())
        start_response("302 Found", [("Location", "/"), ("Content-Length", "0")])
        yield b""

    return answer


def _sqlite_insert(url: sa.URL) -> Callable[[str], None]:
    kept = threading.local()

    def insert(text: str) -> None:
        if not hasattr(kept, "connection"):
            # Each statement is its own transaction, and is on the disk when it returns.
            kept.connection = sqlite3.connect(
                str(url.database), timeout=_PATIENCE, isolation_level=None
            )
            kept.connection.execute("PRAGMA synchronous=FULL")
        kept.connection.execute("INSERT INTO note (body) VALUES (?)", (text,))

    return insert


def _postgresql_insert(url: sa.URL) -> Callable[[str], None]:
    kept = threading.local()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)

    def insert(text: str) -> None:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(address, autocommit=True)
        kept.connection.execute("INSERT INTO note (body) VALUES (%s)", (text,))

    return insert


def make_table(engine: sa.Engine) -> None:
    """What `writer` writes into."""
    with engine.begin() as connection:
        notes = sa.MetaData()
        sa.Table(
            "note", notes, sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text)
        )
        notes.create_all(connection)
