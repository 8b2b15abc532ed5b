"""The mailbox of the demo: what would be sent is kept in a folder, and everybody reads it on a page."""

import email
import mailbox
from dataclasses import dataclass
from datetime import datetime
from email.policy import default
from pathlib import Path

from reviews.mail.smtp import Delivery, Fate

#: On the page; older ones are deleted.
KEPT = 100


@dataclass(frozen=True, slots=True)
class KeptMail:
    to: str
    subject: str
    at: datetime
    paragraphs: tuple[str, ...]


def keep(folder: str, message: bytes) -> Delivery:
    box = _box(folder)
    box.add(message)
    for old in sorted(box.keys())[:-KEPT]:
        box.discard(old)
    return Delivery(Fate.ACCEPTED)


def kept(folder: str) -> list[KeptMail]:
    """The newest first."""
    if not Path(folder).is_dir():
        return []
    box = _box(folder)
    found = [_read(box.get_bytes(key)) for key in sorted(box.keys(), reverse=True)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _box(folder: str) -> mailbox.Maildir:
    return mailbox.Maildir(folder, create=True)


def _read(message: bytes) -> KeptMail:
    parsed = email.message_from_bytes(message, policy=default)
    body = parsed.get_body(("plain",))
    text = (body.get_content() if body else "").replace("\r\n", "\n")
    return KeptMail(
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        at=parsed["Date"].datetime,
        paragraphs=tuple(text.strip().split("\n\n")),
    )
