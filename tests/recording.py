"""Counting what is sent to a database and what comes back, for tests of what a page costs."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from reviews.db.extensions import db
from tests.canaries import looking

#: Of any page, in characters: a statement that is longer is read by nobody in a log.
LONGEST_STATEMENT = 8500
#: Savepoints keep a test's rows apart from the next test's: they are not the application's.
SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")


@dataclass
class Statement:
    text: str
    #: How many values were bound; over all sets of them, for a statement that is sent with several.
    parameters: int
    #: How many rows reached Python: from SQLite those that were fetched, from PostgreSQL all that were found.
    rows: int = 0


@dataclass
class Recording:
    """The statements of a block, in the order in which they were sent, without savepoints."""

    statements: list[Statement] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)

    @property
    def texts(self) -> list[str]:
        return [statement.text for statement in self.statements]

    @property
    def lengths(self) -> list[int]:
        """Of each statement's text, in characters."""
        return [len(statement.text) for statement in self.statements]

    @property
    def rows(self) -> int:
        return sum(statement.rows for statement in self.statements)


@contextmanager
def recorded(*engines: sa.Engine | sa.Connection) -> Iterator[Recording]:
    """Give a recording that fills inside the block with what is sent over these engines or connections.

    Without one it is all that the application in whose context the test runs has. With the fixture `session` that is
    the one connection that all requests share.
    """
    targets = set(engines or db.engines.values())
    recording = Recording()

    def before(_connection: object, cursor: Any, text: str, values: Any, *how: Any) -> None:
        if not looking.get() and not text.startswith(SAVEPOINTS):
            # Rows that are inserted together come as many, or in one statement as values of one.
            is_many = how[-1] and isinstance(next(iter(values), None), tuple | list | dict)
            statement = Statement(text, sum(map(len, values if is_many else [values])))
            recording.statements.append(statement)
            if isinstance(cursor, sqlite3.Cursor):
                cursor.row_factory = counting_into(statement)

    def after(_connection: object, cursor: Any, *_: object) -> None:
        # SQLite finds rows while they are fetched; the driver of PostgreSQL holds them all by now.
        if not looking.get() and cursor.description and not isinstance(cursor, sqlite3.Cursor):
            recording.statements[-1].rows += cursor.rowcount

    for target in targets:
        sa.event.listen(target, "before_cursor_execute", before)
        sa.event.listen(target, "after_cursor_execute", after)
    try:
        yield recording
    finally:
        for target in targets:
            sa.event.remove(target, "before_cursor_execute", before)
            sa.event.remove(target, "after_cursor_execute", after)


def counting_into(statement: Statement) -> Callable[[sqlite3.Cursor, tuple[Any, ...]], Any]:
    def count(_cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
        statement.rows += 1
        return row

    return count
