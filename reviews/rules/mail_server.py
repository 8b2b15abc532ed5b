"""The mail server, as the setting MAIL_URL names it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

#: A plain address in ASCII, which can stand in any header.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,180}[A-Za-z0-9])?"
)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")
#: Over which nothing leaves the machine.
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
_EXAMPLE = "such as smtp://user:password@mail.example.org:587, or smtps:// for port 465"


class Encryption(StrEnum):
    #: From the first byte on.
    TLS = "tls"
    #: Asked for before anything else is said. Without it nothing is sent.
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    encryption: Encryption
    #: "" for a server that asks for none.
    user: str = ""
    password: str = ""


def mail_server(url: str) -> MailServer:
    """The server of a MAIL_URL.

    Raises:
        ValueError: with a sentence that says what to set. It never has the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"MAIL_URL is no address of a mail server, {_EXAMPLE}.") from None
    host = parts.hostname or ""
    # Line breaks would be dropped in silence.
    is_one_word = url.isprintable() and " " not in url
    if not is_one_word or parts.scheme not in {"smtp", "smtps"} or not _HOST.fullmatch(host):
        raise ValueError(f"MAIL_URL is no address of a mail server, {_EXAMPLE}.")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or port == 0:
        raise ValueError(
            "MAIL_URL has more than a user, a password, a host and a port: write what is special in a password as"
            " %2F for / , %3F for ? , %23 for # and %40 for @."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("MAIL_URL has a user without a password, or a password without a user.")
    if not (user + password).isprintable():
        raise ValueError("MAIL_URL has characters that are no text in its user or its password.")
    if parts.scheme == "smtps":
        return MailServer(host, port or 465, Encryption.TLS, user, password)
    if host in _THIS_MACHINE:
        return MailServer(host, port or 25, Encryption.NONE, user, password)
    return MailServer(host, port or 587, Encryption.STARTTLS, user, password)


def mail_faults(url: Any, sender: Any) -> list[str]:
    """What is wrong with MAIL_URL and MAIL_FROM, which are both there or neither."""
    faults = []
    if url:
        try:
            mail_server(url)
        except ValueError as wrong:
            faults.append(str(wrong))
    if url and not sender:
        faults.append(
            "MAIL_FROM is not set: set it to the address that mail comes from, such as levelset@example.org."
        )
    elif sender and not url:
        faults.append("MAIL_FROM is set, and MAIL_URL is not: set both, or none for no mail.")
    if sender and not _ADDRESS.fullmatch(sender):
        faults.append(
            "MAIL_FROM is no plain address: set it to the address that mail comes from, without a name, such as"
            " levelset@example.org."
        )
    return faults
