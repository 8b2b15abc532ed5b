"""What a message says, and the bytes that are sent: the same bytes for the same words."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from reviews.display.formatting import moment

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
#: Stands for the token of the link where a message is kept.
TOKEN = "THE-TOKEN-OF-THE-LINK"  # noqa: S105 - a place for one
#: No header is longer, and nobody reads more of a name.
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A message in words, with `TOKEN` where the token of its link belongs."""

    to: str
    to_name: str
    subject: str
    text: str
    html: str
    #: When it was put into words.
    at: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class MailLinks:
    """The addresses of pages that messages lead to."""

    site: str
    account: str
    #: With `TOKEN` in it.
    link: str


def worded(
    kind: str,
    subject: str,
    *,
    to: str,
    name: str,
    about: Mapping[str, str],
    waiting: Sequence[str],
    links: MailLinks,
    link_ends: datetime | None,
    at: datetime,
) -> WrittenMail:
    """The templates of the kind, filled in."""
    values: dict[str, Any] = {
        "subject": subject,
        "name": name,
        "about": about,
        "waiting": waiting,
        "site": links.site,
        "account": links.account,
    }
    if link_ends is not None:
        values |= {"link": links.link, "link_ends": moment(link_ends)}
    return WrittenMail(
        to=to,
        to_name=name,
        subject=subject,
        text=_templates().get_template(f"{kind}.txt").render(values).strip() + "\n",
        html=_templates().get_template(f"{kind}.html").render(values).strip() + "\n",
        at=at.isoformat(),
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def recipient_of(address: str) -> str:
    """The address as it is said to a mail server: a domain of other letters in ASCII."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def message_bytes(wording: WrittenMail, *, sender: str, message_id: str, token: str) -> bytes:
    """The message for the mail server.

    Raises:
        ValueError: if the address cannot stand in a header.
    """
    to = recipient_of(wording.to)
    message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    message["From"] = Address("Levelset", addr_spec=sender)
    message["To"] = _address(_header_text(wording.to_name), to)
    message["Subject"] = wording.subject
    message["Date"] = format_datetime(datetime.fromisoformat(wording.at))
    message["Message-ID"] = message_id
    # Nobody's notice of absence answers it.
    message["Auto-Submitted"] = "auto-generated"
    text, html = (part.replace(TOKEN, token) for part in (wording.text, wording.html))
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # Else it would be drawn at random each time.
    message.set_boundary(hashlib.sha256(message_id.encode()).hexdigest()[:32])
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    if not address.isascii() and all(c.isalnum() or c in "._+-" for c in local):
        # Reading it as one would be refused for its letters.
        return Address(name, username=local, domain=domain)
    try:
        return Address(name, addr_spec=address)
    except (MessageError, IndexError) as fault:
        raise ValueError(str(fault)) from fault


def _header_text(name: str) -> str:
    """A name as one line of text: whatever breaks a header or hides in it is left out."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:_LONGEST_NAME]
