"""Asking the application as somebody: real requests over the frozen world, and every byte of the answers."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Connection, select

from ladders.orm import Base
from reviews.db import hits
from reviews.db.extensions import db
from tests.clients import Window, cookie_of, form_token, one_request_id
from tests.permissions.world import Case


class Reply(NamedTuple):
    """All that reaches a person."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def get_data(self, *, as_text: bool) -> str | bytes:
        """What `tests.pages.Page` reads."""
        return self.text if as_text else self.body


class Asker:
    """One person's browser, or nobody's.

    It sends the same cookie every time, so that no answer depends on one before.
    """

    def __init__(self, app: Flask, case: Case | None = None) -> None:
        self.client = Window(app, app.response_class, use_cookies=False)
        self.headers = {"Cookie": cookie_of(app, case and case.token)}
        self.token = form_token(app)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        sent = {"csrf_token": self.token, **(body or {})} if method == "POST" else None
        # Nobody here is told to slow down: what an answer is must not depend on how many came before.
        hits.forget()
        with one_request_id():
            response = self.client.open(path, method=method, data=sent, headers=self.headers)
        return Reply(response.status_code, tuple(response.headers.items()), response.data)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside the block, by requests too, is gone after it."""
    # A session that is still open would, at its end, take the savepoint with it.
    db.session.remove()
    connection = db.engines[None]
    assert isinstance(connection, Connection)
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        savepoint.rollback()


#: What a GET writes: that somebody was shown something.
READ_LOG = "packet_read"


def fingerprints() -> dict[str, str]:
    """Table -> a hash over all of its rows, but for the read log."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name == READ_LOG:
            continue
        rows = db.session.execute(select(table).order_by(*table.primary_key))
        found[table.name] = hashlib.sha256(repr(rows.all()).encode()).hexdigest()
    return found
