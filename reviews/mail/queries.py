"""Reading the outbox: for the owner's page about mail, and for the page of a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from reviews.access.loaders import SiteAccess
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage, WorkerHeartbeat
from reviews.db.models.people import Person
from reviews.db.pagination import Page, page_of
from reviews.mail.kinds import MESSAGES, UNSEEN
from reviews.mail.sending import MAIL_WORKER
from reviews.rules.enums import Action, MailKind, MailStatus

#: The worker is seen once a minute; so late, it is away.
_AWAY_AFTER = timedelta(minutes=5)
_SENT_IN = timedelta(days=7)
#: What the owner looks after.
_UNDELIVERED = (MailStatus.FAILED, MailStatus.BOUNCED, MailStatus.NOT_SENT)


@dataclass(frozen=True, slots=True)
class WorkerStanding:
    """Whether mail is being sent, for those who rely on it."""

    #: None if it was never seen.
    seen: datetime | None
    is_away: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not reach its person."""

    public_id: str
    person: str
    person_id: str
    name: str
    made: datetime
    ended: datetime
    #: What became of it, in a word.
    status: MailStatus
    reason: str
    may_repeat: bool


@dataclass(frozen=True, slots=True)
class MailPage:
    worker: WorkerStanding
    oldest: datetime | None
    #: Of the oldest message that waits: what was wrong when it was tried last.
    trouble: str
    sent: int
    undelivered: Page


def name_of(kind: str) -> str:
    return MESSAGES[MailKind(kind)].name if kind in set(MailKind) else "message"


def _may_be_seen() -> ColumnElement[bool]:
    """Messages about accounts. What waits for whom is kept from those who run the site, too."""
    return OutboxMessage.kind.not_in(UNSEEN)


def worker_standing(now: datetime) -> WorkerStanding:
    """One query."""
    waiting = (
        select(func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.status == MailStatus.WAITING, _may_be_seen())
    )
    seen = select(WorkerHeartbeat.seen_at).where(WorkerHeartbeat.name == MAIL_WORKER)
    row = db.session.execute(
        select(seen.scalar_subquery().label("seen"), waiting.scalar_subquery().label("waiting"))
    ).one()
    return WorkerStanding(row.seen, row.seen is None or now - row.seen > _AWAY_AFTER, row.waiting)


def mail_page(access: SiteAccess, *, page: int) -> MailPage:
    """Five queries."""
    now = access.viewer.now
    oldest = db.session.execute(
        select(OutboxMessage.made_at, OutboxMessage.reason)
        .where(OutboxMessage.status == MailStatus.WAITING, _may_be_seen())
        .order_by(OutboxMessage.made_at, OutboxMessage.id)
        .limit(1)
    ).one_or_none()
    sent = db.session.execute(
        select(func.count())
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.status == MailStatus.SENT,
            OutboxMessage.ended_at > now - _SENT_IN,
            _may_be_seen(),
        )
    ).scalar_one()
    may_repeat = access.may(Action.MANAGE_ACCOUNTS)
    undelivered = (
        select(OutboxMessage, Person.name, Person.public_id.label("person_public_id"))
        .join(Person, Person.id == OutboxMessage.person_id)
        .where(
            OutboxMessage.status.in_(_UNDELIVERED),
            OutboxMessage.repeated_at.is_(None),
            _may_be_seen(),
        )
        .order_by(OutboxMessage.ended_at.desc(), OutboxMessage.id.desc())
    )
    return MailPage(
        worker=worker_standing(now),
        oldest=oldest.made_at if oldest else None,
        trouble=oldest.reason if oldest else "",
        sent=sent,
        undelivered=page_of(
            undelivered,
            page,
            make=lambda row: Undelivered(
                public_id=row.OutboxMessage.public_id,
                person=row.name,
                person_id=row.person_public_id,
                name=name_of(row.OutboxMessage.kind),
                made=row.OutboxMessage.made_at,
                ended=row.OutboxMessage.ended_at,
                status=row.OutboxMessage.status,
                reason=row.OutboxMessage.reason,
                may_repeat=may_repeat and row.OutboxMessage.status is not MailStatus.NOT_SENT,
            ),
        ),
    )


def undelivered(public_id: str) -> OutboxMessage | None:
    """A message that may be sent again, held until the transaction ends."""
    return db.session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.public_id == public_id,
            OutboxMessage.status.in_((MailStatus.FAILED, MailStatus.BOUNCED)),
            _may_be_seen(),
        )
        .with_for_update()
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class MailToPerson:
    """What became of the newest message to somebody."""

    name: str
    status: MailStatus
    made: datetime
    reason: str


def newest_to(person: Person) -> MailToPerson | None:
    """One query."""
    row = db.session.execute(
        select(
            OutboxMessage.kind, OutboxMessage.status, OutboxMessage.made_at, OutboxMessage.reason
        )
        .where(
            OutboxMessage.person_id == person.id,
            OutboxMessage.repeated_at.is_(None),
            _may_be_seen(),
        )
        .order_by(OutboxMessage.made_at.desc(), OutboxMessage.id.desc())
        .limit(1)
    ).one_or_none()
    return (
        None
        if row is None
        else MailToPerson(name_of(row.kind), row.status, row.made_at, row.reason)
    )


def by_message_ids(message_ids: list[str]) -> OutboxMessage | None:
    """The message that one of these names, held until the transaction ends."""
    return db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.message_id.in_(message_ids))
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update()
    ).one_or_none()
