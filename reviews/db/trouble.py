"""What is wrong with the database when it refuses something that is in order."""

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError  # noqa: A004 - its name there


class Trouble(StrEnum):
    #: Somebody else kept a lock or the last connection for too long, or it had too much to do.
    BUSY = "busy"
    #: It is not there, does not answer, or cannot read its disk.
    AWAY = "away"
    #: It can be read and takes no changes: the disk is full, or it may not be written to.
    SHUT = "shut"


#: PostgreSQL's: for want of a lock, cancelled, serialised in vain, a deadlock, too many connections, idle for too long.
_BUSY = frozenset({"55P03", "57014", "40001", "40P01", "53300", "25P03", "25P04"})
#: A disk that is full, a transaction that may only read.
_SHUT = frozenset({"53100", "25006"})
#: What it cannot do with a statement of this kind: that is a fault of the statement.
_TOO_COMPLEX = "54"


def trouble_of(error: SQLAlchemyError, *, is_reading: bool) -> Trouble | None:
    """What is wrong with the database; None if nothing is, and the statement is at fault.

    Args:
        is_reading: whether it happened over a connection that is for reading alone, where to write is a fault.
    """
    if isinstance(error, TimeoutError):
        return Trouble.BUSY
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        number: int = getattr(cause, "sqlite_errorcode", 0)
        before = cause.__context__
        if number == sqlite3.SQLITE_ERROR and isinstance(before, SQLAlchemyError):
            # A full disk may end the whole transaction: then there is no savepoint to go back to, which says less.
            return trouble_of(before, is_reading=is_reading)
        return _of_sqlite(number & 0xFF, is_reading=is_reading)
    code = getattr(cause, "sqlstate", "")
    if code in _BUSY:
        return Trouble.BUSY
    if code in _SHUT:
        return None if is_reading and code == "25006" else Trouble.SHUT
    # PostgreSQL calls nothing else operational; without a code it has said nothing at all.
    is_operational = type(error).__name__ == "OperationalError" and code != ""
    return Trouble.AWAY if is_operational and (code or "")[:2] != _TOO_COMPLEX else None


def _of_sqlite(code: int, *, is_reading: bool) -> Trouble | None:
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}:
        return Trouble.BUSY
    if code == sqlite3.SQLITE_IOERR:
        return Trouble.AWAY
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}:
        # To read, it opens the file itself; to write, a journal beside it.
        return Trouble.AWAY if is_reading else Trouble.SHUT
    return Trouble.SHUT if code == sqlite3.SQLITE_READONLY and not is_reading else None
