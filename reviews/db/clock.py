"""The one clock: the database's, so that two servers with different host clocks agree on a release instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ladders.orm import UtcDateTime

_fixed: datetime | None = None


class _DatabaseNow(FunctionElement[datetime]):
    type = UtcDateTime()
    inherit_cache = True


@compiles(_DatabaseNow, "sqlite")
def _sqlite_now(*_: Any, **__: Any) -> str:
    return "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"


@compiles(_DatabaseNow, "postgresql")
def _postgresql_now(*_: Any, **__: Any) -> str:
    return "clock_timestamp()"


def now_sql() -> ColumnElement[datetime]:
    """The present instant as an SQL expression, to be selected once per request."""
    return _DatabaseNow() if _fixed is None else literal(_fixed, UtcDateTime())


def database_now() -> ColumnElement[datetime]:
    """The database's own instant, for a statement that is kept: what it gives goes through `instant`."""
    return _DatabaseNow()


def instant(read: datetime) -> datetime:
    """The present instant, of what `database_now` has given."""
    return read if _fixed is None else _fixed


@contextmanager
def fixed(at: datetime) -> Iterator[None]:
    """Hold the clock at an instant inside the block (tests, and the demo's own past)."""
    global _fixed  # noqa: PLW0603 - the interface is one replaceable instant
    before, _fixed = _fixed, at
    try:
        yield
    finally:
        _fixed = before
