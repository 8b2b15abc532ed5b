"""Reading a delivery status notification: the message in which a mail server says that another one did not arrive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

#: More than any notification needs; the rest of a longer one is not read.
MOST_BYTES = 1024 * 1024
_MOST_PARTS = 50
_MOST_IDS = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Bounce:
    #: Of the message that came back; one of them, if it is one of ours.
    message_ids: tuple[str, ...]
    #: A sentence.
    reason: str


def read_bounce(data: bytes) -> Bounce | None:
    """What came back for good, or None: for a delay, a notice of absence, or anything else that is no such report."""
    parts = list(_parts(message_from_bytes(data[:MOST_BYTES], policy=compat32)))
    if not parts or parts[0].get_content_type() != "multipart/report":
        return None
    statuses = [
        block
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for block in _blocks(part)
    ]
    failed = [block for block in statuses if _text(block, "Action").casefold() == "failed"]
    if not failed:
        return None
    ids = [found for part in parts[1:] for found in _message_ids(part)]
    said = _text(failed[0], "Diagnostic-Code") or _text(failed[0], "Status") or "no reason given"
    reason = f"The message came back: \N{LEFT DOUBLE QUOTATION MARK}{said}\N{RIGHT DOUBLE QUOTATION MARK}."
    return Bounce(tuple(ids[:_MOST_IDS]), reason)


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number == _MOST_PARTS:
            return
        yield part


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return (
        [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
    )


def _message_ids(part: Message) -> Iterator[str]:
    """Those of the message that is sent back, whole or only its head."""
    if part.get("Message-ID"):
        yield str(part["Message-ID"]).strip()
    if part.get_content_type() == "text/rfc822-headers":
        yield from re.findall(
            r"^Message-ID:\s*(<[^<>\s]{1,190}>)",
            str(part.get_payload()),
            re.IGNORECASE | re.MULTILINE,
        )


def _text(block: Message, name: str) -> str:
    """One line of plain text, whatever is in the field."""
    printable = "".join(c if c.isprintable() else " " for c in str(block.get(name, "")))
    return " ".join(printable.split())[:_LONGEST].rstrip(". ")
