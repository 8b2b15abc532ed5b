"""Writing a message into the outbox, in the transaction of the act that it tells of. Sending is the worker's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import Person
from reviews.mail.kinds import MESSAGES
from reviews.rules.enums import MailKind
from reviews.web import mode

#: Set on a session that has left a message: once it has committed, the worker is nudged.
POSTED = "posted"
_AT_ONCE = 1000
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of several, with what `post` is told of it."""

    person_id: int
    about: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None


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
    post_each(kind, [Letter(to.id, about, address)], at=at)


def post_all(kind: MailKind, to: Sequence[int], *, at: datetime) -> None:
    """The same message to each of these people, by their ids: a few statements for however many."""
    post_each(kind, [Letter(person) for person in to], at=at)


def post_each(kind: MailKind, letters: Sequence[Letter], *, at: datetime) -> None:
    """A message of its own to each, like `post`: a few statements for however many."""
    for letter in letters:
        if set(letter.about) != set(MESSAGES[kind].about):
            raise ValueError(f"{kind} is about {MESSAGES[kind].about}, not {tuple(letter.about)}")
    if mode.sends_mail():
        for start in range(0, len(letters), _AT_ONCE):
            _write([_row(kind, letter, at) for letter in letters[start : start + _AT_ONCE]])


def _row(kind: MailKind, letter: Letter, at: datetime) -> dict[str, Any]:
    return {
        "public_id": random_source.public_id(),
        "kind": kind.value,
        "person_id": letter.person_id,
        "about": dict(letter.about),
        "address": letter.address,
        "made_at": at,
        "due_at": at,
    }


def _write(rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(OutboxMessage), rows)
    db.session().info[POSTED] = True
