"""Sending what waits in the outbox. No transaction is open while a mail server is spoken to.

Whoever sends a message takes it by a lease first, in a short transaction that also puts it into words. If they die, the
lease runs out and somebody else sends it: with the same Message-ID and, if the server may have it already, the same
bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Protocol

from jinja2 import TemplateError
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError

from reviews.db import clock, random_source
from reviews.db.connections import begin_read, begin_write, end_read
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage, WorkerHeartbeat
from reviews.db.models.people import Person
from reviews.db.upsert import upsert
from reviews.mail.kinds import MESSAGES, UNSEEN, Message, why_not_sent
from reviews.mail.smtp import Delivery, Fate
from reviews.mail.wording import TOKEN, MailLinks, WrittenMail, worded
from reviews.rules.enums import MailKind, MailStatus
from reviews.rules.reminders import morning_of
from reviews.web.links import mailed_token, message_id, public_link

#: Longer than any conversation with a server that is worth waiting for.
LEASE = timedelta(minutes=10)
#: After the first, second ... try; from then on the last.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
#: A server that is away for longer than that has lost its mail elsewhere, too.
GIVE_UP_AFTER = timedelta(days=4)
#: What was sent is forgotten then: who got what is nobody's business for ever.
KEEP = timedelta(days=90)
#: Of a reminder: long enough for one that comes back.
KEEP_REMINDER = timedelta(days=7)
#: In seconds. Of a long round only some messages are followed by a line about the worker.
_BEAT_EVERY = 30
#: How often what has become of a message is written down again where the database is busy.
_SETTLE_TRIES = 30

MAIL_WORKER = "mail"


class LinkEndedError(Exception):
    """A message that was to be sent again has a link that opens nothing any more."""


class OpenLink(Protocol):
    """Makes the link of a token good for a person, in the transaction that is open, and says until when.

    Raises:
        LinkEndedError: with a sentence.
    """

    def __call__(
        self, person: Person, token: str, *, at: datetime, life: timedelta, is_new: bool
    ) -> datetime: ...


#: What waits for a person at an instant, a line for each kind of task, as far as the person may know it then.
WhatWaits = Callable[[Person, datetime], Sequence[str]]
#: Hands over a message, by its Message-ID, its words and the token of its link.
Deliver = Callable[[str, WrittenMail, str], Delivery]


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    lease: str
    message_id: str
    token: str
    wording: WrittenMail


def send_due(
    deliver: Deliver, open_link: OpenLink, what_waits: WhatWaits, *, stop: Callable[[], bool]
) -> int:
    """Send what is due, one after the other, until there is nothing more or `stop` says so; how many were accepted.

    Ends early if the server fails: the next message would not get further.
    """
    accepted = 0
    beat()
    beaten = monotonic()
    while not stop() and _is_anything_due():
        claimed = _claim(open_link, what_waits)
        if claimed is None:
            continue
        delivery = deliver(claimed.message_id, claimed.wording, claimed.token)
        _settle(claimed, delivery)
        accepted += delivery.fate is Fate.ACCEPTED
        if monotonic() - beaten > _BEAT_EVERY:
            beat()
            beaten = monotonic()
        if delivery.fate is Fate.SERVER_FAILED:
            break
    return accepted


def beat() -> None:
    """Write down that the worker is at work."""
    begin_write()
    now = database_instant()
    row = upsert(WorkerHeartbeat).values(name=MAIL_WORKER, seen_at=now)
    db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))
    db.session.commit()


def forget_old() -> None:
    """Delete what ended so long ago that nobody asks for it."""
    begin_write()
    now, ended = database_instant(), OutboxMessage.ended_at
    is_reminder = OutboxMessage.kind.in_(UNSEEN)
    db.session.execute(
        delete(OutboxMessage).where(
            or_(ended < now - KEEP, and_(is_reminder, ended < now - KEEP_REMINDER))
        )
    )
    db.session.commit()


def database_instant() -> datetime:
    return db.session.execute(select(clock.now_sql())).scalar_one()


def _is_anything_due() -> bool:
    begin_read()
    found = db.session.execute(select(exists().where(_is_due(database_instant())))).scalar_one()
    end_read()
    return bool(found)


def _is_due(now: datetime) -> ColumnElement[bool]:
    free = or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until < now)
    return and_(OutboxMessage.status == MailStatus.WAITING, OutboxMessage.due_at <= now, free)


def _claim(open_link: OpenLink, what_waits: WhatWaits) -> _Claimed | None:
    """Take the message that is due first, put into words; None if it is not to be sent, or somebody else has it."""
    begin_write()
    now = database_instant()
    message = db.session.scalars(
        select(OutboxMessage)
        .where(_is_due(now))
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    claimed = None if message is None else _leased(message, open_link, what_waits, now)
    db.session.commit()
    return claimed


def _leased(
    message: OutboxMessage, open_link: OpenLink, what_waits: WhatWaits, now: datetime
) -> _Claimed | None:
    person = db.session.get_one(Person, message.person_id)
    kind = MESSAGES.get(MailKind(message.kind)) if message.kind in set(MailKind) else None
    why_not = why_not_sent(kind, person) if kind else "This version of Levelset does not know it."
    token, ends = mailed_token(message.public_id), None
    if kind and not why_not and kind.link_life is not None:
        try:
            ends = open_link(
                person, token, at=now, life=kind.link_life, is_new=message.wording is None
            )
        except LinkEndedError as unusable:
            why_not = str(unusable)
    waiting: Sequence[str] = ()
    if kind and not why_not and kind.reminds:
        waiting, why_not = _still_waiting(message, what_waits(person, now), now)
    to = message.address or person.email
    if kind is None or why_not or not to:
        # Whoever has gone may have left an address that is somebody else's by now, and has none.
        end(message, MailStatus.NOT_SENT, why_not or "The person has no address any more.", now)
        return None
    kept = WrittenMail(**message.wording) if message.wording else None
    if kept is not None and kept.to != to:
        # An address that is somebody else's by now gets nothing; in the new one it is the first.
        kept = None
    if kept is None or kind.reminds:
        try:
            fresh = _worded(message, kind, person, to=to, waiting=waiting, link_ends=ends, at=now)
        except TemplateError as fault:
            # One message that cannot be written keeps no other from being sent.
            end(message, MailStatus.FAILED, f"It could not be put into words: {fault}", now)
            return None
        if kept is not None and kept.text != fresh.text:
            end(message, MailStatus.NOT_SENT, "What it said is true no more.", now)
            return None
        kept = kept or fresh
    message.wording = kept.as_json()
    message.message_id = message.message_id or message_id(message.public_id)
    message.tries += 1
    message.lease = random_source.public_id()
    message.leased_until = now + LEASE
    return _Claimed(message.id, message.lease, message.message_id, token, kept)


def _still_waiting(
    message: OutboxMessage, waiting: Sequence[str], now: datetime
) -> tuple[Sequence[str], str]:
    """What waits, and why the reminder is not sent any more."""
    if morning_of(message.made_at) != morning_of(now):
        return (), "Its morning is over."
    return waiting, "" if waiting else "Nothing waits."


def _worded(
    message: OutboxMessage,
    kind: Message,
    person: Person,
    *,
    to: str,
    waiting: Sequence[str],
    link_ends: datetime | None,
    at: datetime,
) -> WrittenMail:
    return worded(
        message.kind,
        kind.subject,
        to=to,
        name=person.name,
        about=message.about,
        waiting=waiting,
        links=_links(),
        link_ends=link_ends,
        at=at,
    )


def _links() -> MailLinks:
    return MailLinks(
        site=public_link("home.inbox"),
        account=public_link("signing_in.account.show"),
        link=public_link("signing_in.use_link", token=TOKEN),
    )


def end(message: OutboxMessage, status: MailStatus, reason: str, now: datetime) -> None:
    """The only way to an end. What the message said is not kept."""
    message.status, message.ended_at, message.reason = status, now, reason[:500]
    message.lease = message.leased_until = message.wording = None


def _settle(claimed: _Claimed, delivery: Delivery) -> None:
    """Write down what has become of a message. Tried again and again: what was accepted may not be sent twice."""
    for _ in range(_SETTLE_TRIES):
        try:
            _write_down(claimed, delivery)
        except SQLAlchemyError:
            db.session.rollback()
            sleep(1)
        else:
            return
    # The lease runs out, and the message is sent again, the same.


def _write_down(claimed: _Claimed, delivery: Delivery) -> None:
    begin_write()
    now = database_instant()
    message = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.id == claimed.id).with_for_update()
    ).one()
    is_ours = message.lease == claimed.lease
    if message.status is MailStatus.WAITING and (is_ours or delivery.fate is Fate.ACCEPTED):
        _note(message, delivery, now)
    db.session.commit()


def _note(message: OutboxMessage, delivery: Delivery, now: datetime) -> None:
    if delivery.fate is Fate.ACCEPTED:
        end(message, MailStatus.SENT, "", now)
    elif delivery.fate is Fate.REFUSED:
        end(message, MailStatus.FAILED, delivery.reason, now)
    elif now - message.made_at > GIVE_UP_AFTER:
        end(message, MailStatus.FAILED, f"Given up after four days. {delivery.reason}", now)
    else:
        message.lease = message.leased_until = None
        message.due_at = now + WAITS[min(message.tries, len(WAITS)) - 1]
        message.reason = delivery.reason[:500]
        if delivery.fate is not Fate.IN_DOUBT:
            # Nobody has it: it may be put into words anew.
            message.wording = None
