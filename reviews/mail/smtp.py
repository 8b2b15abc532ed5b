"""One message to the mail server, step by step, so that what has become of it is known as exactly as it can be."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto

from reviews.rules.mail_server import Encryption, MailServer

#: For each answer of the server.
SECONDS = 20
_LONGEST_ANSWER = 200
_GOOD = {250, 251, 252}


class Fate(Enum):
    ACCEPTED = auto()
    #: Never, to this address or of this message.
    REFUSED = auto()
    #: Not now.
    DEFERRED = auto()
    #: The server is not there, or lets nobody in: no other message would get further.
    SERVER_FAILED = auto()
    #: The connection ended when the message was on its way: the server may have taken it.
    IN_DOUBT = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    fate: Fate
    #: A sentence for the owner; "" if all is well.
    reason: str = ""


class _Ended(Exception):  # noqa: N818 - the end of a conversation, good or bad
    def __init__(self, fate: Fate, reason: str) -> None:
        super().__init__(reason)
        self.delivery = Delivery(fate, reason)


def deliver(server: MailServer, *, host: str, sender: str, to: str, message: bytes) -> Delivery:
    """Hand the message over, and say what has become of it. Never raises for what a server or network does.

    Args:
        host: what we call ourselves.
        to: the address, as it is said to the server.
    """
    try:
        with _connection(server, host) as smtp:
            return _handed_over(smtp, sender, to, message)
    except _Ended as ended:
        return ended.delivery


@contextmanager
def _connection(server: MailServer, host: str) -> Iterator[smtplib.SMTP]:
    """Greeted, encrypted and let in. Nothing that goes wrong with the goodbye matters."""
    smtp: smtplib.SMTP | None = None
    try:
        try:
            smtp = _connected(server, host)
        except smtplib.SMTPAuthenticationError as refused:
            raise _Ended(
                Fate.SERVER_FAILED,
                f"The mail server does not let Levelset in: {_said(refused)}. Look at MAIL_URL.",
            ) from refused
        except smtplib.SMTPNotSupportedError as missing:
            raise _Ended(
                Fate.SERVER_FAILED, f"The mail server is not as it must be: {missing}"
            ) from missing
        except smtplib.SMTPResponseException as refused:
            raise _Ended(
                Fate.SERVER_FAILED, f"The mail server turned Levelset away: {_said(refused)}."
            ) from refused
        except (OSError, smtplib.SMTPException, ValueError) as failed:
            raise _Ended(
                Fate.SERVER_FAILED, f"The mail server cannot be reached: {_shortened(str(failed))}."
            ) from failed
        yield smtp
    finally:
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()


def _connected(server: MailServer, host: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.encryption is Encryption.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=host, timeout=SECONDS, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, local_hostname=host, timeout=SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.encryption is Encryption.STARTTLS:
            # Raises where the server does not offer it: nothing is said in clear.
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _handed_over(smtp: smtplib.SMTP, sender: str, to: str, message: bytes) -> Delivery:
    try:
        turned_down = _addressed(smtp, sender, to)
    except (OSError, smtplib.SMTPException) as failed:
        return Delivery(
            Fate.SERVER_FAILED, f"The mail server ended the connection: {_shortened(str(failed))}."
        )
    if turned_down is not None:
        return turned_down
    try:
        code, answer = smtp.data(message)
    except smtplib.SMTPDataError as refused:
        # It was not even asked for.
        return _turned_down("the message", refused.smtp_code, refused.smtp_error)
    except (OSError, smtplib.SMTPException) as failed:
        return Delivery(
            Fate.IN_DOUBT,
            f"The connection ended before the mail server answered: {_shortened(str(failed))}.",
        )
    return Delivery(Fate.ACCEPTED) if code in _GOOD else _turned_down("the message", code, answer)


def _addressed(smtp: smtplib.SMTP, sender: str, to: str) -> Delivery | None:
    """Say from whom and to whom the message is; None if the server agrees."""
    options = []
    if not to.isascii():
        if not smtp.has_extn("smtputf8"):
            return Delivery(
                Fate.REFUSED, "The mail server cannot send to an address with such letters."
            )
        smtp.command_encoding = "utf-8"
        options = ["SMTPUTF8"]
    code, answer = smtp.mail(sender, options)
    if code not in _GOOD:
        return Delivery(
            Fate.SERVER_FAILED,
            f"The mail server takes nothing from {sender}: {_quoted(code, answer)}.",
        )
    code, answer = smtp.rcpt(to)
    return None if code in _GOOD else _turned_down("the address", code, answer)


def _turned_down(what: str, code: int, answer: bytes | str) -> Delivery:
    if code // 100 == 5:
        return Delivery(Fate.REFUSED, f"The mail server refused {what}: {_quoted(code, answer)}.")
    return Delivery(
        Fate.DEFERRED, f"The mail server did not take {what} yet: {_quoted(code, answer)}."
    )


def _said(refused: smtplib.SMTPResponseException) -> str:
    return _quoted(refused.smtp_code, refused.smtp_error)


def _quoted(code: int, answer: bytes | str) -> str:
    text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
    return f"\N{LEFT DOUBLE QUOTATION MARK}{code} {_shortened(text)}\N{RIGHT DOUBLE QUOTATION MARK}"


def _shortened(text: str) -> str:
    """What a server says, as one line of plain text."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_LONGEST_ANSWER].rstrip(". ")
