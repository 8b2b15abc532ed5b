"""Attempts to sign in: counted as failed before the password is looked at, and forgiven when it was right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from reviews.db import clock
from reviews.db.aside import transaction_aside
from reviews.db.extensions import db
from reviews.db.models.attempts import FailedSignIn
from reviews.rules import sign_in_delay
from reviews.rules.sign_in_delay import (
    REMEMBERED,
    REMEMBERED_OF_NETWORK,
    Failures,
    wait_until,
)

#: More of one account from one source make no wait longer.
_ENOUGH = 4 * sign_in_delay.FREE


class TooManyFailures(Exception):  # noqa: N818 - a refusal, not a fault
    """The password is not looked at yet. `wait` is how long not."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many wrong passwords.")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, as `FailedSignIn` has it."""

    account: str
    source: str
    is_known: bool
    browser: str


def begin(attempt: Attempt) -> int:
    """Count the attempt as a failure, so that of many at once not all are the first; its id.

    The statements are the same whether an account has the address or not. The lock is let go before anything slow.

    Raises:
        TooManyFailures: for an attempt that comes too soon; it is not counted, or nobody would ever get in again.
    """
    # Whoever hammers does not get as far as the lock.
    try:
        _refuse_too_soon(db.session(), attempt)
    finally:
        db.session.rollback()
    with transaction_aside() as session:
        _one_at_a_time(session, attempt)
        present = _refuse_too_soon(session, attempt)
        failure = FailedSignIn(
            at=present, account=attempt.account, source=attempt.source, browser=attempt.browser
        )
        session.add(failure)
        session.execute(delete(FailedSignIn).where(FailedSignIn.at < present - REMEMBERED))
        session.flush()
        return failure.id


def forget(attempt: Attempt, failure_id: int) -> None:
    """For an attempt that was not looked at after all."""
    with transaction_aside() as session:
        session.execute(
            delete(FailedSignIn).where(
                FailedSignIn.id == failure_id,
                # SQLite gives the number of a row that was forgiven meanwhile to the next one.
                FailedSignIn.account == attempt.account,
                FailedSignIn.source == attempt.source,
                FailedSignIn.browser == attempt.browser,
            )
        )


def forgive(attempt: Attempt) -> None:
    """Take off what this browser got wrong at the account. What others got wrong stays, and tells them nothing."""
    db.session.execute(
        delete(FailedSignIn).where(
            FailedSignIn.account == attempt.account, FailedSignIn.browser == attempt.browser
        )
    )


def _refuse_too_soon(session: Session, attempt: Attempt) -> datetime:
    """The present instant, if the attempt may be looked at now."""
    present = session.execute(select(clock.now_sql())).scalar_one()
    until = wait_until(_failures(session, attempt, present))
    if until is not None and until > present:
        raise TooManyFailures(until - present)
    return present


def _failures(session: Session, attempt: Attempt, present: datetime) -> Failures:
    """Three queries, none of which reads more than it can use.

    What is to happen yet was written while the clock was wrong: to wait for it could keep somebody out for hours.
    """
    of_account = select(FailedSignIn.at).where(
        FailedSignIn.account == attempt.account,
        FailedSignIn.at.between(present - REMEMBERED, present),
    )
    here: Sequence[datetime] = session.scalars(
        of_account.where(FailedSignIn.source == attempt.source)
        .order_by(FailedSignIn.at.desc())
        .limit(_ENOUGH)
    ).all()
    last = func.max(FailedSignIn.at)
    per_account_here: Sequence[datetime] = session.scalars(
        select(last)
        .where(
            FailedSignIn.source == attempt.source,
            FailedSignIn.at.between(present - REMEMBERED_OF_NETWORK, present),
        )
        .group_by(FailedSignIn.account)
        .order_by(last.desc())
        .limit(sign_in_delay.ACCOUNTS_OF_NETWORK)
    ).all()
    return Failures(
        here=here,
        at_account=session.execute(
            select(func.count()).select_from(of_account.limit(sign_in_delay.ATTACK).subquery())
        ).scalar_one(),
        per_account_here=per_account_here,
        is_known=attempt.is_known,
    )


def _one_at_a_time(session: Session, attempt: Attempt) -> None:
    """On SQLite there is one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        number = int(attempt.account[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(number)))
