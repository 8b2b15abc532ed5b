"""Writing a message into the outbox, in the transaction of the act that it tells of. Sending is the worker's."""

from collections.abc import Mapping
from datetime import datetime

from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import Person
from reviews.mail.kinds import MESSAGES
from reviews.rules.enums import MailKind
from reviews.web import mode

_NOTHING: Mapping[str, str] = {}


def post(
    kind: MailKind,
    to: Person,
    *,
    at: datetime,
    about: Mapping[str, str] = _NOTHING,
    address: str | None = None,
) -> None:
    """Leave a message for the person, if mail is set up. It is sent if the transaction commits, and not otherwise.

    It is put into words when it is sent, with the name and the rights that the person has then.

    Args:
        about: what the row of the kind names, for its templates: nothing that is secret, and no text of a packet.
        address: where it goes, if not to the address that the person has when it is sent.

    Raises:
        ValueError: if `about` is not what the row of the kind names.
    """
    if set(about) != set(MESSAGES[kind].about):
        raise ValueError(f"{kind} is about {MESSAGES[kind].about}, not {tuple(about)}")
    if not mode.sends_mail():
        return
    db.session.add(
        OutboxMessage(
            public_id=random_source.public_id(),
            kind=kind.value,
            person_id=to.id,
            about=dict(about),
            address=address,
            made_at=at,
            due_at=at,
        )
    )
    db.session.flush()
