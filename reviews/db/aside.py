"""A short transaction beside that of the request: what it writes stays, however the request ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from reviews.db.extensions import db


@contextmanager
def transaction_aside() -> Iterator[Session]:
    """Commit what is written inside the block, or none of it.

    The request may hold no transaction meanwhile: on SQLite there is one writer, and with its older journal a reader
    keeps it out.
    """
    with Session(db.engine, join_transaction_mode="create_savepoint") as session, session.begin():
        if db.engine.dialect.name == "sqlite":
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield session
