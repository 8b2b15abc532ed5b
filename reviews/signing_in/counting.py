"""How often somebody may try, and what a failure leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from werkzeug.exceptions import TooManyRequests

from reviews.db.hits import Limit
from reviews.people import attempts
from reviews.people import service as people
from reviews.people.attempts import Attempt, TooManyFailures
from reviews.rules.errors import TooBusy
from reviews.web import callers, request_log
from reviews.web.error_handlers import counted
from reviews.web.guard import begin_late_write
from reviews.web.request_log import Event

#: Links that open nothing, for each network.
_LINKS = Limit("links", most=30, seconds=60)


@contextmanager
def failures_noted() -> Iterator[None]:
    """Inside the block, not being recognised leaves a line in the log."""
    try:
        yield
    except people.NotRecognised as failure:
        request_log.note(Event.SIGN_IN_FAILED, account=failure.account)
        raise


@contextmanager
def bad_links_counted() -> Iterator[None]:
    try:
        yield
    except people.NotRecognised:
        counted(_LINKS)
        raise


def attempt_of(*account: str) -> Attempt:
    name = callers.hidden(*account)
    source, is_known = callers.source_of(name)
    return Attempt(account=name, source=source, is_known=is_known, browser=callers.browser())


@contextmanager
def counted_attempt(attempt: Attempt) -> Iterator[int]:
    """Inside the block, which ends the transaction that is open, a password is looked at, unless it is too soon."""
    try:
        failure = attempts.begin(attempt)
    except TooManyFailures as early:
        raise TooManyRequests(retry_after=ceil(early.wait.total_seconds())) from early
    try:
        yield failure
    except TooBusy:
        attempts.forget(attempt, failure)
        raise


def count_attempt(attempt: Attempt) -> None:
    """Count an attempt that is looked at fast, in the transaction that is begun for it here."""
    with counted_attempt(attempt):
        begin_late_write()
