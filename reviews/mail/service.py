"""Sending again what did not arrive, and noting what came back."""

from datetime import datetime

from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import Person
from reviews.mail import outbox, queries, sending
from reviews.mail.bounces import Bounce
from reviews.mail.kinds import MESSAGES, why_not_sent
from reviews.rules.enums import MailKind, MailStatus, Verb
from reviews.rules.errors import RuleBroken
from reviews.web import mode


def repeat(message: OutboxMessage, *, actor: Viewer, at: datetime) -> Person:
    """Leave the message once more, as another one: with another link, and to the address that the person has now.

    Raises:
        RuleBroken: if it was sent again already, is no longer true, or there is no mail.
    """
    if not mode.sends_mail():
        raise RuleBroken("Mail is not set up, so nothing can be sent.")
    if message.repeated_at is not None:
        raise RuleBroken("This message was sent again already.")
    person = db.session.get_one(Person, message.person_id)
    kind = MailKind(message.kind)
    if why_not := why_not_sent(MESSAGES[kind], person):
        raise RuleBroken(f"It is not sent again. {why_not}")
    message.repeated_at = at
    outbox.post(kind, person, at=at, about=message.about, address=message.address)
    audit.record(
        actor,
        Verb.MANAGE_ACCOUNTS,
        f"Sent the {MESSAGES[kind].name} to {person.name} again",
        at=at,
        person=person.public_id,
    )
    return person


def note_bounce(bounce: Bounce, *, at: datetime) -> Person | None:
    """Write down that a message came back; to whom it was, or None if it is none of ours that was sent."""
    message = queries.by_message_ids(list(bounce.message_ids))
    if message is None or message.status is not MailStatus.SENT:
        return None
    sending.end(message, MailStatus.BOUNCED, bounce.reason, at)
    return db.session.get_one(Person, message.person_id)
