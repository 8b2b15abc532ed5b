"""The table of messages. A kind is one row here and two templates, `templates/mail/<kind>.txt` and `.html`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from reviews.db.models.people import Person
from reviews.rules.enums import MailKind

About = Mapping[str, str]


def _has_password(person: Person) -> str:
    return "A password was chosen meanwhile." if person.password_hash is not None else ""


def _has_no_password(person: Person) -> str:
    return "No password is chosen yet." if person.password_hash is None else ""


def _always(_: Person) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is the same in all messages of a kind."""

    #: What owners read that it is, as in "an invitation to sign in".
    name: str
    #: Plain words of ours: nothing that a person typed stands in a subject.
    subject: str
    #: What `post` has to be told; the templates find it as `about`.
    about: tuple[str, ...] = ()
    #: How long the link in it lets its reader choose a password; None for a message without such a link.
    link_life: timedelta | None = None
    #: Why it is not sent any more, as a sentence; "" if it still is. Asked when it is sent.
    why_not: Callable[[Person], str] = _always
    #: It goes to somebody whose account is closed, and to nobody else.
    to_closed: bool = False
    #: It says what waits for its person, and goes out on one morning, if anything does. That it was sent, or not, tells
    #: whether something waits: no page shows it, and nobody but its person may know.
    reminds: bool = False


MESSAGES: Mapping[MailKind, Message] = {
    MailKind.INVITATION: Message(
        name="invitation to sign in",
        subject="You can sign in to Levelset",
        link_life=timedelta(days=7),
        why_not=_has_password,
    ),
    MailKind.FORGOTTEN_PASSWORD: Message(
        name="link for a new password",
        subject="Choose a new password for Levelset",
        link_life=timedelta(hours=1),
        why_not=_has_no_password,
    ),
    MailKind.NEW_ADDRESS: Message(
        name="notice of a new address",
        subject="The address of your Levelset account was changed",
        # "old" or "new": which of the two this message goes to; and the other one, without most of it.
        about=("goes_to", "other"),
    ),
    MailKind.NEW_DEVICE: Message(
        name="notice of a sign-in from a new device",
        subject="Somebody signed in to your Levelset account from a new device",
        # What the browser calls itself, in a few words, and when it was, with the time zone.
        about=("device", "when"),
    ),
    MailKind.ACCOUNT_CLOSED: Message(
        name="notice of a closed account",
        subject="Your Levelset account was closed",
        to_closed=True,
    ),
    MailKind.REMINDER: Message(
        name="reminder",
        # Seen on a locked screen: neither how much waits, nor what.
        subject="What waits for you on Levelset",
        reminds=True,
    ),
}

#: Kinds of which no page tells.
UNSEEN = tuple(kind.value for kind, message in MESSAGES.items() if message.reminds)


def why_not_sent(message: Message, person: Person) -> str:
    """Why a message of this kind may not go to the person now, as a sentence; "" if it may."""
    if person.is_active and message.to_closed:
        return "The account was opened again."
    if not person.is_active and not message.to_closed:
        return "The account is closed."
    return message.why_not(person)
