"""What the server says about itself: one JSON line per request, and one per event that somebody may have to look for.

No line holds what a person typed. There are words of ours, numbers, and public ids read from the database; an address,
a form, a query string, the method that a client made up and the message of an exception are never written.
"""

import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, StatementError

from reviews.db import random_source
from reviews.web import security_headers

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

#: Anything else is called OTHER: a client may send any word as a method.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Enough of a statement to tell what it does to which table.
_STATEMENT_START = 200

#: What a line may say besides what every line of a request says.
Fact = str | int | float | None
#: As `sys.exc_info` gives it.
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Event(StrEnum):
    REQUEST = "request"
    SIGN_IN_FAILED = "sign_in_failed"
    #: By the policy, or for want of the form's token.
    DENIED = "denied"
    #: 409: another phase, an edit of something that has changed since, the same saved at the same moment, or a rule.
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    #: Too many passwords to look at: the person was asked to send again.
    BUSY = "busy"
    #: The company's provider cannot be reached, is too slow, or sends what is no answer: nobody signs in there.
    PROVIDER_SILENT = "provider_silent"
    #: The person was asked to send again.
    DATABASE_UNAVAILABLE = "database_unavailable"
    #: What was done is done and in the audit log, but not yet in the log's anchor.
    ANCHOR_NOT_WRITTEN = "anchor_not_written"
    EXCEPTION = "exception"
    #: A library had something to report.
    LIBRARY = "library"
    #: What the application stands on could be better: it has started all the same.
    SURROUNDINGS = "surroundings"


_LEVEL_OF = {
    Event.SIGN_IN_FAILED: logging.WARNING,
    Event.RATE_LIMITED: logging.WARNING,
    Event.BUSY: logging.WARNING,
    Event.PROVIDER_SILENT: logging.WARNING,
    Event.DATABASE_UNAVAILABLE: logging.WARNING,
    Event.ANCHOR_NOT_WRITTEN: logging.ERROR,
    Event.EXCEPTION: logging.ERROR,
}


class Log:
    """JSON lines on stderr, from a level on."""

    def __init__(self, level: str) -> None:
        self._level = level
        self._stream: TextIO = sys.stderr

    @cached_property
    def _lines(self) -> "FilteringBoundLogger":
        # A command writes no line, and need not wait for it.
        import structlog  # noqa: PLC0415

        logger: FilteringBoundLogger = structlog.wrap_logger(
            structlog.WriteLogger(self._stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(self._level),
        )
        return logger

    def write(self, what: Event, level: int, facts: dict[str, Fact]) -> None:
        # A log that is full or closed is no reason to refuse a request, whose work may be committed already.
        with suppress(OSError, ValueError):
            self._lines.log(level, what.value, **facts)


@dataclass(slots=True)
class _Request:
    """What is known of the request that this thread is answering."""

    log: Log
    method: str
    id: str = field(default_factory=random_source.request_id)
    started: float = field(default_factory=perf_counter)
    route: str | None = None
    person: str | None = None
    status: int | None = None
    statements: int = 0

    def write(self, what: Event, level: int, facts: dict[str, Fact]) -> None:
        every = {"request_id": self.id, "route": self.route, "person": self.person}
        self.log.write(what, level, {**every, **facts})

    def write_end(self) -> None:
        ended: dict[str, Fact] = {
            "method": self.method,
            "status": self.status,
            "milliseconds": round((perf_counter() - self.started) * 1000, 1),
            "statements": self.statements,
        }
        self.write(Event.REQUEST, logging.INFO, ended)


_current: ContextVar[_Request | None] = ContextVar("request", default=None)


def note(what: Event, **facts: Fact) -> None:
    """Write an event of this request, or nothing outside of one. Facts are words of ours, numbers and public ids."""
    current = _current.get()
    if current is not None:
        current.write(what, _LEVEL_OF.get(what, logging.INFO), facts)


def note_person(public_id: str) -> None:
    """From here on the request is this person's."""
    current = _current.get()
    if current is not None:
        current.person = public_id


def request_id() -> str:
    """The present request's name, for pages; empty outside of a request."""
    current = _current.get()
    return "" if current is None else current.id


def count_statements(engine: Engine) -> None:
    event.listen(engine, "before_cursor_execute", _count)


def _count(*_: Any) -> None:
    current = _current.get()
    if current is not None:
        current.statements += 1


# -- What went wrong, without the values that it went wrong with


def note_exception(error: BaseException) -> None:
    note(Event.EXCEPTION, **database_facts(error), traceback=traceback_of(error))


def _note_unhandled(exc_info: _ExcInfo) -> None:
    if exc_info[1] is not None:
        note_exception(exc_info[1])


def traceback_of(error: BaseException) -> str:
    """The way to each exception of the chain, the cause first, and their kinds. Messages are left out: they quote."""
    parts: list[str] = []
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        kind = f"{type(each).__module__}.{type(each).__qualname__}"
        parts.append("".join([*traceback.format_tb(each.__traceback__), kind]))
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\n\nwhich led to\n\n".join(reversed(parts))


def database_facts(error: BaseException) -> dict[str, Fact]:
    """What the database calls the error, and what of the schema it is about.

    Its sentences quote rows, so none is kept.
    """
    facts: dict[str, Fact] = {}
    if isinstance(error, StatementError) and error.statement:
        facts["statement"] = error.statement[:_STATEMENT_START]
    cause: Any = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        # What the driver itself finds wrong has no name.
        facts["database_error"] = getattr(cause, "sqlite_errorname", None)
    elif hasattr(cause, "sqlstate"):
        facts["database_error"] = cause.sqlstate
        facts["table"] = cause.diag.table_name
        facts["constraint"] = cause.diag.constraint_name
    return facts


class _LibraryHandler(logging.Handler):
    """What a library reports. The place in its source says what it is about; its words may quote values."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        current = _current.get()
        facts: dict[str, Fact] = {
            "request_id": None if current is None else current.id,
            "library": record.name,
            "at": f"{record.pathname}:{record.lineno}",
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            facts["traceback"] = traceback_of(error)
        is_error = record.levelno >= logging.ERROR
        log = self._log if current is None else current.log
        log.write(Event.LIBRARY, logging.ERROR if is_error else logging.WARNING, facts)


# -- Around every request


class _RequestLog:
    """The outermost part of the application: names the request, and writes its line when it is answered."""

    def __init__(self, app: Flask, inner: WSGIApplication, log: Log) -> None:
        self._app = app
        self._inner = inner
        self._log = log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        current = _Request(self._log, method if method in METHODS else "OTHER")

        def start(status: str, headers: list[tuple[str, str]], failure: Any = None) -> Any:
            current.status = int(status[:3])
            return start_response(status, [*headers, ("X-Request-ID", current.id)], failure)

        token = _current.set(current)
        try:
            return self._inner(environ, start)
        except Exception as error:
            # Only what fails while a failure is being answered comes here. The server would write it out with the
            # address.
            note_exception(error)
            if _propagates(self._app):
                raise
            # The end of a request can fail after an answer was begun: this one takes its place.
            begun = current.status is not None
            start("500 INTERNAL SERVER ERROR", _PLAIN, sys.exc_info() if begun else None)
            return [f"Something failed on our side. Request {current.id}\n".encode()]
        finally:
            current.write_end()
            _current.reset(token)


def _propagates(app: Flask) -> bool:
    """Whether Flask lets failures through: to a debugger, or to a test."""
    asked = app.config["PROPAGATE_EXCEPTIONS"]
    return app.debug or app.testing if asked is None else bool(asked)


_PLAIN = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    *security_headers.CONSTANT.items(),
]


def init_app(app: Flask) -> None:
    """Name and log every request of the application, and what libraries report."""
    log = Log(app.config["LOG_LEVEL"])
    app.extensions["request_log"] = log
    app.wsgi_app = _RequestLog(app, app.wsgi_app, log)  # type: ignore[method-assign]  # Flask's way
    # Flask would write the address and the exception's message.
    app.log_exception = _note_unhandled  # type: ignore[method-assign]  # the same
    app.before_request(_note_route)
    app.jinja_env.globals["request_id"] = request_id
    for handler in list(logging.root.handlers):
        if isinstance(handler, _LibraryHandler):
            logging.root.removeHandler(handler)
    logging.root.addHandler(_LibraryHandler(log))


def warn(app: Flask, about: str) -> None:
    """Write what could be better, outside of any request."""
    log: Log = app.extensions["request_log"]
    log.write(Event.SURROUNDINGS, logging.WARNING, {"about": about})


def _note_route() -> None:
    current = _current.get()
    if current is not None:
        current.route = request.endpoint
