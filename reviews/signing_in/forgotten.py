"""Forgotten passwords: asked for alike for every address, and answered by the worker, with a message or nothing."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import Person
from reviews.db.models.signing_in import PasswordRequest
from reviews.mail import outbox
from reviews.people.addresses import email_key
from reviews.people.queries import now, person_by_email
from reviews.rules.enums import MailKind
from reviews.signing_in import authenticator

#: Messages to one person in an hour: nobody can fill a mailbox with them.
MOST_MESSAGES = 3
_WITHIN = timedelta(hours=1)
#: What was asked for while the worker stood still for longer is forgotten: the person has asked again.
_TOO_OLD = timedelta(days=1)
#: Whom an address is sealed for: it is nobody's yet.
_NOBODY = "a forgotten password"
_AT_ONCE = 100


def ask(email: str, *, at: datetime, key: str) -> None:
    """Note that a new password is asked for. The same statement, whoever has the address."""
    sealed = authenticator.sealed(email_key(email), _NOBODY, key)
    db.session.add(PasswordRequest(at=at, address=sealed))
    db.session.flush()
    db.session().info[outbox.POSTED] = True


def answer_all(*, key: str) -> None:
    """Post a message to each who has a password to forget, in transactions of its own."""
    while _answer_some(key):
        pass


def _answer_some(key: str) -> bool:
    begin_write()
    at = now()
    asked = db.session.scalars(
        select(PasswordRequest)
        .order_by(PasswordRequest.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for request in asked:
        address = authenticator.opened(request.address, _NOBODY, key)
        person = person_by_email(address) if address and at - request.at < _TOO_OLD else None
        if person is not None and _may_get_one(person, at):
            outbox.post(MailKind.FORGOTTEN_PASSWORD, person, at=at)
            db.session.flush()
    db.session.execute(
        delete(PasswordRequest).where(PasswordRequest.id.in_([each.id for each in asked]))
    )
    db.session.commit()
    return len(asked) == _AT_ONCE


def _may_get_one(person: Person, at: datetime) -> bool:
    if not person.is_active or person.password_hash is None:
        return False
    lately = select(func.count()).where(
        OutboxMessage.person_id == person.id,
        OutboxMessage.kind == MailKind.FORGOTTEN_PASSWORD.value,
        OutboxMessage.made_at > at - _WITHIN,
    )
    return db.session.execute(lately).scalar_one() < MOST_MESSAGES
