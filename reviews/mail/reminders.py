"""Reminders of what waits for somebody: who wants them, and leaving one in the outbox on the mornings chosen.

Whether anything waits is asked when it is sent: that a row is here tells only that its person has chosen so.
"""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update

from reviews.access.viewer import Viewer
from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.db.models.mail import ReminderChoice
from reviews.db.models.people import Person
from reviews.db.upsert import upsert
from reviews.mail import outbox
from reviews.mail.sending import database_instant
from reviews.rules.enums import MailKind, ReminderDays
from reviews.rules.reminders import morning_of, reminder_day

#: In one look of the worker: whoever has forgotten a password does not wait behind the reminders of a whole company.
AT_ONCE = 300


def chosen_days(viewer: Viewer) -> ReminderDays | None:
    """On which mornings the viewer is reminded; None for never. One query."""
    return db.session.scalar(
        select(ReminderChoice.days).where(ReminderChoice.person_id == viewer.person_id)
    )


def choose_days(viewer: Viewer, days: ReminderDays | None) -> None:
    """From the next morning on; None for never."""
    if days is None:
        db.session.execute(
            delete(ReminderChoice).where(ReminderChoice.person_id == viewer.person_id)
        )
        return
    values = {"days": days, "last_day": morning_of(viewer.now)}
    row = upsert(ReminderChoice).values(person_id=viewer.person_id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))


def leave_due() -> int:
    """Leave the reminders of this morning, so many at once; how many. At most one for a person and morning.

    A morning that has passed is over: after days in which nothing was left there is one.
    """
    begin_write()
    now = database_instant()
    people = _due(now)
    if people:
        db.session.execute(
            update(ReminderChoice)
            .where(ReminderChoice.person_id.in_(people))
            .values(last_day=morning_of(now))
        )
        outbox.post_all(MailKind.REMINDER, people, at=now)
    db.session.commit()
    return len(people)


def _due(now: datetime) -> list[int]:
    """Held until the transaction ends: a second worker finds that they were reminded."""
    waiting_since = [
        and_(ReminderChoice.days == days, ReminderChoice.last_day < day)
        for days in ReminderDays
        if (day := reminder_day(days, now)) is not None
    ]
    if not waiting_since:
        return []
    return list(
        db.session.scalars(
            select(ReminderChoice.person_id)
            .join(Person, Person.id == ReminderChoice.person_id)
            .where(or_(*waiting_since), Person.is_active)
            .order_by(ReminderChoice.last_day, ReminderChoice.person_id)
            .limit(AT_ONCE)
            .with_for_update(of=ReminderChoice, skip_locked=True)
        )
    )
