"""A real mail server on this machine, and one that breaks off at any step of the conversation."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from reviews.rules.mail_server import Encryption
from tests.canaries import SWEEP, marks_in

#: In the order of a conversation. "after": the server has done it, and breaks off before it says so or just after.
STEPS = (
    "connect",
    "greeting",
    "ehlo",
    "auth",
    "mail",
    "rcpt",
    "data",
    "in data",
    "after data",
    "after 250",
    "quit",
)


@dataclass
class MailServerStub:
    """What was accepted, and where the next conversations break off."""

    url: str = ""
    port: int = 0
    #: For each who gave the password, whether nobody could hear it.
    logins: list[bool] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    #: The step at which the next conversation breaks off; each is used up by one.
    breaks: list[str] = field(default_factory=list)
    #: Answers instead of the usual one: step -> line.
    answers: dict[str, str] = field(default_factory=dict)
    #: Called with a step when the conversation is there.
    at_step: Callable[[str], None] = lambda _step: None

    @property
    def messages(self) -> list[EmailMessage]:
        return [
            cast("EmailMessage", message_from_bytes(each, policy=default)) for each in self.accepted
        ]


class _Broken(SMTP):
    """Breaks off, or answers something else, where its stub says so."""

    stub: MailServerStub

    def __init__(self, stub: MailServerStub, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stub = stub
        self.breaks_at = stub.breaks.pop(0) if stub.breaks else ""

    def break_off(self) -> None:
        assert self.transport is not None
        self.transport.abort()

    def _is_over(self, step: str) -> bool:
        self.stub.at_step(step)
        if self.breaks_at == step:
            self.break_off()
            return True
        return False

    async def _reached(self, step: str) -> bool:
        """Whether the conversation is answered, or over, at this step."""
        if self._is_over(step):
            return True
        if step in self.stub.answers:
            await self.push(self.stub.answers[step])
            return True
        return False

    def connection_made(self, transport: Any) -> None:
        if self.breaks_at == "connect":
            transport.abort()
            return
        super().connection_made(transport)

    async def push(self, status: Any) -> None:
        if self.breaks_at == "greeting" and str(status).startswith("220"):
            self.break_off()
            return
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd says how it is called
        if not await self._reached("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - aiosmtpd says how it is called
        if not await self._reached("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd says how it is called
        if not await self._reached("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd says how it is called
        if not await self._reached("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd says how it is called
        if await self._reached("data"):
            return
        if self.breaks_at == "in data":
            await self.push("354 go on")
            await self._reader.readline()
            self.break_off()
            return
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd says how it is called
        if not await self._reached("quit"):
            await super().smtp_QUIT(arg)


class _Handler:
    def __init__(self, stub: MailServerStub) -> None:
        self.stub = stub

    async def handle_DATA(self, server: _Broken, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd says how it is called
        self.stub.at_step("in data")
        if line := self.stub.answers.get("after data"):
            return line
        assert isinstance(envelope.content, bytes)
        self.stub.accepted.append(envelope.content)
        look_through(envelope.content)
        self.stub.recipients += envelope.rcpt_tos
        if server.breaks_at == "after data":
            server.break_off()
        self.stub.at_step("after data")
        if server.breaks_at == "after 250":
            asyncio.get_running_loop().call_later(0.05, server.break_off)
        return "250 taken"


def look_through(mail: bytes) -> None:
    """Fail the test in which a mail holds a text that not everybody may read: none belongs into a mail, to nobody."""
    for part in message_from_bytes(mail, policy=default).walk():
        found = marks_in(part.get_payload(decode=True) or b"") | marks_in(bytes(part))
        for mark in found:
            SWEEP.complain(f"A mail holds {mark.text}.")
    SWEEP.count("answers")


class _Controller(Controller):
    def __init__(self, stub: MailServerStub, context: ssl.SSLContext | None) -> None:
        self.stub = stub
        super().__init__(_Handler(stub), hostname="127.0.0.1", port=0, ssl_context=context)

    def factory(self) -> SMTP:
        return _Broken(self.stub, self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    encryption: Encryption = Encryption.NONE, context: ssl.SSLContext | None = None
) -> Iterator[MailServerStub]:
    """A server that takes everything, until its stub is told otherwise.

    Args:
        context: with its certificate, where it is encrypted.
    """
    stub = MailServerStub()
    controller = _Controller(stub, context if encryption is Encryption.TLS else None)

    def let_in(server: SMTP, *_: Any) -> AuthResult:
        assert server.transport is not None
        stub.logins.append(server.transport.get_extra_info("sslcontext") is not None)
        return AuthResult(success=True)

    controller.SMTP_kwargs |= {
        "enable_SMTPUTF8": True,
        "auth_require_tls": False,
        "authenticator": let_in,
        "decode_data": False,
    }
    if encryption is Encryption.STARTTLS:
        controller.SMTP_kwargs |= {"tls_context": context, "require_starttls": True}
    controller.start()
    try:
        stub.port = controller.port
        stub.url = f"smtp://levelset:secret@127.0.0.1:{controller.port}"
        yield stub
    finally:
        controller.stop()
