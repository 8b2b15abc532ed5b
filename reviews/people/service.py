"""Signing in and out, choosing a password, and the first owner."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update

from reviews.access.viewer import Actor, Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.aside import transaction_aside
from reviews.db.connections import end_read
from reviews.db.extensions import db
from reviews.db.id_list import among
from reviews.db.locks import lock_account
from reviews.db.models.people import Person, SignInLink, SignInSession
from reviews.display.formatting import count
from reviews.mail import outbox
from reviews.mail.outbox import Letter
from reviews.mail.sending import LinkEndedError
from reviews.people import passwords, queries
from reviews.people.addresses import email_key, half_hidden
from reviews.rules.enums import MailKind, Verb
from reviews.rules.errors import RuleBroken
from reviews.rules.good_passwords import faults
from reviews.web import mode

LINK_LIFE = timedelta(days=7)
#: In one transaction: a second or less on a busy machine.
INVITED_AT_ONCE = 5_000
#: One sentence for every failure: it never tells whether the address is known.
NOT_SIGNED_IN = "This address and password do not belong together. Check both and try again."
LINK_ENDED = "This link has been used or has expired. Ask for a new one."
_COMPANY_ALONE = (
    "People sign in with the company's account here, and need no link. In an emergency whoever runs the server makes"
    " one, with “flask --app reviews people sign-in-link”."
)


class NotRecognised(RuleBroken):
    """Nobody is signed in. `account` is the public id of whose address it was: for the log, and never for the page."""

    def __init__(self, sentence: str, *, account: str | None = None) -> None:
        super().__init__(sentence)
        self.account = account


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Whose address is another one now."""

    person_id: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose password was right, and which one that was: it is looked at while nothing is locked."""

    person_id: int
    password_hash: str


def recognise(email: str, password: str, *, demo_allowed: bool) -> Recognised:
    """Whose address and password these are. Slow on purpose, and no transaction is open meanwhile.

    Raises:
        NotRecognised: with one constant sentence for an unknown address, a wrong password or a closed account.
        TooBusy: if too many passwords are being looked at.
    """
    person = queries.person_by_email(email)
    # Read now: to read anything of a person later would be a statement that an unknown address does not cost.
    public_id = person.public_id if person else None
    password_hash = person.password_hash if person else None
    is_let_in = person is not None and person.is_active and (demo_allowed or not person.is_demo)
    person_id = person.id if person else 0
    end_read()
    is_right = passwords.matches(password, password_hash)
    if password_hash is None or not is_right or not is_let_in:
        raise NotRecognised(NOT_SIGNED_IN, account=public_id)
    return Recognised(person_id, password_hash)


def still_recognised(recognised: Recognised) -> Person:
    """Whoever was recognised, now that the transaction is open in which they are signed in.

    Raises:
        NotRecognised: if the account was closed or got another password meanwhile.
    """
    person = db.session.get_one(Person, recognised.person_id)
    lock_account(person)
    if not person.is_active or person.password_hash != recognised.password_hash:
        raise NotRecognised(NOT_SIGNED_IN, account=person.public_id)
    return person


def open_session(
    person: Person,
    *,
    at: datetime,
    hours: int,
    idle: timedelta | None = None,
    browser: str = "",
    needs_factor: bool = False,
    proved_at: datetime | None = None,
    has_company_factor: bool = False,
) -> str:
    """Sign somebody in; the token goes into the cookie, its hash into the database.

    The session ends after so many hours, or earlier if nothing is asked for in the time `idle`.

    Args:
        browser: its short name, for the person's list of sessions.
        needs_factor: nothing is open to it until the person has added a second factor.
        proved_at: when the person showed that it is them, if not now.
        has_company_factor: a second factor was asked for where the company signs people in.
    """
    expires_at = at + timedelta(hours=hours)
    token = random_source.token("session")
    db.session.add(
        SignInSession(
            token_hash=queries.hash_token(token),
            person_id=person.id,
            created_at=at,
            expires_at=expires_at,
            idle_until=expires_at if idle is None else at + idle,
            proved_at=proved_at or at,
            browser=browser,
            needs_factor=needs_factor,
            has_company_factor=has_company_factor,
        )
    )
    db.session.flush()
    return token


def keep_open(viewer: Viewer, *, idle: timedelta) -> None:
    """Let the viewer's session go on: it was used. In a transaction of its own, because a page is no write."""
    with transaction_aside() as aside:
        aside.execute(
            update(SignInSession)
            .where(SignInSession.id == viewer.session_id)
            .values(idle_until=viewer.now + idle)
        )


def sign_out(viewer: Viewer) -> None:
    session = db.session.get_one(SignInSession, viewer.session_id)
    session.ended_at = viewer.now


def issue_link(person: Person, *, actor: Viewer | None, at: datetime) -> str:
    """A single-use token with which the person chooses a password within seven days. Older ones are good no more.

    This is how a link gets to its person where there is no mail: it is shown to the actor, or on the command line, and
    whoever sees it can sign in as the person. That leaves an audit line, and the person is told at the next sign-in and
    until they say that they have read it.

    Raises:
        RuleBroken: where there is mail, unless on the command line: then the link goes to the person alone, by
            `invite`. For a closed account, and for one that has a password: whoever has a link can sign in as the
            person, and no owner may be able to do that. Only the command line makes a new link then.
    """
    if actor is not None and not mode.takes_passwords():
        raise RuleBroken(_COMPANY_ALONE)
    if actor is not None and mode.sends_mail():
        raise RuleBroken(
            "Mail is set up, so the link goes to the person alone. Send an invitation."
        )
    lock_account(person)
    if not person.is_active:
        raise RuleBroken("This account is closed. Open it first.")
    if actor is not None and person.password_hash is not None:
        raise RuleBroken(
            f"{person.name} has a password. Whoever runs the server makes a new link, with"
            " “flask --app reviews people sign-in-link”."
        )
    end_links(person, at=at)
    token = random_source.token("sign-in link")
    db.session.add(
        SignInLink(
            token_hash=queries.hash_token(token),
            person_id=person.id,
            made_at=at,
            shown_to_id=None if actor is None else actor.person_id,
            expires_at=at + LINK_LIFE,
        )
    )
    where = "on the command line" if actor is None else f"to {actor.name}"
    summary = f"Sign-in link for {person.name} shown {where}"
    _record(actor, Verb.MANAGE_ACCOUNTS, summary, person, at)
    return token


def invite(person: Person, *, actor: Viewer, at: datetime) -> None:
    """Send the person a link with which they choose a password. Nobody else sees it.

    Raises:
        RuleBroken: without mail, for a closed account, and for somebody who has a password.
    """
    if not mode.takes_passwords():
        raise RuleBroken(_COMPANY_ALONE)
    if not mode.sends_mail():
        raise RuleBroken("Mail is not set up. Make a sign-in link.")
    if not person.is_active:
        raise RuleBroken("This account is closed. Open it first.")
    if person.password_hash is not None:
        raise RuleBroken(f"{person.name} has a password, and needs no invitation.")
    outbox.post(MailKind.INVITATION, person, at=at)
    _record(actor, Verb.MANAGE_ACCOUNTS, f"Invited {person.name} to sign in", person, at)


def invite_all(*, actor: Viewer, at: datetime, again: bool, go_on: Callable[[], None]) -> int:
    """Invite everybody who cannot sign in yet; how many. Whoever was invited within the last day is left out.

    So many at once, each time with a line in the audit log: nobody waits long to write. If it is broken off, the next
    time finds those who were not invited yet.

    Args:
        again: also those who were invited within the last day.
        go_on: commits what was done so far and begins another transaction.

    Raises:
        RuleBroken: without mail.
    """
    if not mode.takes_passwords():
        raise RuleBroken(_COMPANY_ALONE)
    if not mode.sends_mail():
        raise RuleBroken("Mail is not set up. Make a sign-in link for each person.")
    invited = after = 0
    while True:
        # Two owners at once: the second waits here, and finds these people invited.
        held = queries.hold_those_without_password(after=after, most=INVITED_AT_ONCE)
        people = queries.to_invite(held, at=at, again=again)
        outbox.post_all(MailKind.INVITATION, people, at=at)
        if people:
            summary = f"Invited {count(len(people), 'person', 'people')} to sign in"
            audit.record(actor, Verb.MANAGE_ACCOUNTS, summary, at=at)
        invited += len(people)
        if len(held) < INVITED_AT_ONCE:
            return invited
        after = held[-1]
        go_on()


def open_mailed_link(
    person: Person, token: str, *, at: datetime, life: timedelta, is_new: bool
) -> datetime:
    """Make the link of a message good, when that is sent: until when. Older links are good no more.

    Args:
        is_new: whether nobody can have the message yet. Else it says until when the link is good, and that stays.

    Raises:
        LinkEndedError: for a message that is sent again, if its link was used or has ended.
    """
    lock_account(person)
    link = queries.link_of(token)
    if link is not None and link.used_at is not None:
        raise LinkEndedError("The link in it was used: it has arrived.")
    if link is not None and not is_new:
        if link.expires_at <= at:
            raise LinkEndedError("The link in it has ended meanwhile.")
        return link.expires_at
    end_links(person, at=at)
    if link is None:
        link = SignInLink(
            token_hash=queries.hash_token(token),
            person_id=person.id,
            made_at=at,
            was_mailed=True,
            # There is nobody of whom to tell.
            acknowledged_at=at,
        )
        db.session.add(link)
    link.expires_at = at + life
    return link.expires_at


def end_links(person: Person, *, at: datetime) -> None:
    """None of the links that are there opens anything any more. Needs the account locked."""
    for link in queries.open_links(person, at):
        link.expires_at = at


def acknowledge_links(viewer: Viewer, *, newest: str) -> None:
    """The viewer knows of the links up to the one of this handle, which the page has shown. They stay on record.

    Raises:
        RuleBroken: if there is nothing of which the viewer has not said so.
    """
    links = queries.links_not_acknowledged(viewer.person_id)
    made_until = [link.made_at for link in links if queries.handle_of(link) == newest]
    if not made_until:
        raise RuleBroken("There is nothing new to read here.")
    for link in links:
        if link.made_at <= made_until[0]:
            link.acknowledged_at = viewer.now
    person = db.session.get_one(Person, viewer.person_id)
    summary = f"{person.name} has read who was shown sign-in links"
    _record(viewer, Verb.MANAGE_OWN_ACCOUNT, summary, person, viewer.now)


def hash_for_link(token: str, password: str, *, at: datetime, site: str) -> str:
    """The hash of a password that a link lets somebody choose. Slow, and no transaction is open meanwhile.

    Raises:
        NotRecognised: for a link that is used, expired or unknown.
        RuleBroken: for a password that is not good enough.
        TooBusy: if too many passwords are being looked at.
    """
    _, person = _open_link(token, at)
    check_password(password, person, site=site, field="password")
    end_read()
    return passwords.hash_password(password)


def choose_password(
    token: str, password_hash: str, *, at: datetime, is_short: bool = False
) -> Person:
    """Use up a link. Every open session of the person ends, and so does every other link.

    Args:
        is_short: the password is good only beside a second factor.

    Raises:
        NotRecognised: for a link that is used, expired or unknown.
    """
    _, person = _open_link(token, at)
    lock_account(person)
    link, person = _open_link(
        token, at
    )  # another window may have used it, or another link ended it
    link.used_at = at
    person.password_hash = password_hash
    person.password_is_short = is_short
    end_links(person, at=at)
    end_sessions(person, at=at)
    summary = f"{person.name} chose a password with a link"
    _record(person, Verb.MANAGE_OWN_ACCOUNT, summary, person, at)
    return person


def use_link_alone(token: str, *, at: datetime) -> Person:
    """Use up a link where no password is taken: the person is let in, and nothing else is changed.

    Only a link of whoever runs the server does that: what owners were shown, and what went by mail, was for choosing a
    password.

    Raises:
        NotRecognised: for any other link, and one that is used, expired or unknown.
    """
    _, person = _open_link(token, at)
    lock_account(person)
    link, person = _open_link(token, at)
    if link.was_mailed or link.shown_to_id is not None:
        raise NotRecognised(LINK_ENDED, account=person.public_id)
    link.used_at = at
    end_links(person, at=at)
    _record(person, Verb.MANAGE_OWN_ACCOUNT, f"{person.name} signed in with a link", person, at)
    return person


def _open_link(token: str, at: datetime) -> tuple[SignInLink, Person]:
    found = queries.open_link(token, at)
    if found is None:
        raise NotRecognised(LINK_ENDED)
    return found


def check_password(password: str, person: Person, *, site: str, field: str) -> None:
    """Refuse a password that somebody chooses, with everything that is wrong with it.

    Raises:
        RuleBroken: at the field.
    """
    own_words = (person.name, person.email, site)
    has_factor = queries.has_factor(person.id)
    found = faults(passwords.normal(password), own_words, has_factor=has_factor)
    if found:
        raise RuleBroken(" ".join(found), field=field)


def check_present_password(viewer: Viewer, password: str) -> str | None:
    """The hash that the viewer's password has now. Slow, and no transaction is open meanwhile.

    Raises:
        RuleBroken: for a password that is not the viewer's.
        TooBusy: if too many passwords are being looked at.
    """
    password_hash = db.session.get_one(Person, viewer.person_id).password_hash
    db.session.rollback()
    if not passwords.matches(password, password_hash):
        raise RuleBroken("This is not your present password.", field="present")
    return password_hash


def change_password(
    viewer: Viewer, password_hash: str, *, instead_of: str | None, is_short: bool = False
) -> None:
    """The person's own new password. Every other session of theirs ends, and every link.

    Args:
        instead_of: the hash of the password that was looked at.

    Raises:
        RuleBroken: if the account got another password meanwhile, or was closed.
    """
    person = db.session.get_one(Person, viewer.person_id)
    lock_account(person)
    if not person.is_active or person.password_hash != instead_of:
        raise RuleBroken("Your password was changed just now, in another window or with a link.")
    person.password_hash = password_hash
    person.password_is_short = is_short
    end_links(person, at=viewer.now)
    end_sessions(person, at=viewer.now, but=viewer.session_id)
    summary = f"{person.name} changed the password"
    _record(viewer, Verb.MANAGE_OWN_ACCOUNT, summary, person, viewer.now)


def end_sessions(person: Person, *, at: datetime, but: int | None = None) -> None:
    """None of the sessions that are open lets anybody in any more. Needs the account locked."""
    for session in queries.open_sessions(person, at):
        if session.id != but:
            session.ended_at = at


def end_own_sessions(viewer: Viewer, *, handle: str) -> None:
    """End one of the viewer's sessions by its handle, or with no handle all but the present one."""
    person = db.session.get_one(Person, viewer.person_id)
    for session in queries.open_sessions(person, viewer.now):
        chosen = queries.handle_of(session) == handle if handle else session.id != viewer.session_id
        if chosen:
            session.ended_at = viewer.now
    summary = f"{person.name} ended sessions"
    _record(viewer, Verb.MANAGE_OWN_ACCOUNT, summary, person, viewer.now)


def deactivate(person: Person, *, actor: Viewer | None, at: datetime) -> None:
    """Close the account: every session and link of the person ends at once. Nothing they wrote is touched.

    Args:
        actor: who does it; None from the command line.

    Raises:
        RuleBroken: for one's own account, so that there is always an owner left.
    """
    if actor is not None and person.id == actor.person_id:
        raise RuleBroken("You cannot close your own account. Ask another owner.")
    if actor is not None and person.is_owner:
        _refuse_closed_meanwhile(actor)
    close_account(person, at=at)
    summary = f"Account of {person.name} ({person.employee_id}) closed"
    _record(actor, Verb.MANAGE_ACCOUNTS, summary, person, at)


def _refuse_closed_meanwhile(actor: Viewer) -> None:
    """Two owners who close each other act one after the other, so that one is left."""
    owners = select(Person.id, Person.is_active).where(Person.is_owner).order_by(Person.id)
    found = db.session.execute(owners.with_for_update(key_share=True)).all()
    if not any(row.is_active for row in found if row.id == actor.person_id):
        raise RuleBroken("Your own account was closed just now.")


def activate(person: Person, *, actor: Viewer | None, at: datetime) -> None:
    """Open the account again. `actor` is None from the command line."""
    lock_account(person)
    person.is_active = True
    summary = f"Account of {person.name} ({person.employee_id}) opened again"
    _record(actor, Verb.MANAGE_ACCOUNTS, summary, person, at)


def close_account(person: Person, *, at: datetime) -> None:
    """For those who leave one sentence about it in the audit log themselves. The person is told by mail."""
    lock_account(person)
    person.is_active = False
    end_sessions(person, at=at)
    end_links(person, at=at)
    outbox.post(MailKind.ACCOUNT_CLOSED, person, at=at)


def close_accounts(
    people: Collection[int], *, at: datetime, without_address: Collection[int]
) -> None:
    """As `close_account` does for one person, in a few statements for many, by their ids. Needs them locked.

    Args:
        without_address: those whose address is somebody else's from now on, so that there is nowhere to write to.
    """
    if not people:
        return
    accounts = update(Person).where(among(Person.id, people))
    _past_the_objects(accounts.values(is_active=False, version=Person.version + 1))
    end_ways_in(people, at=at)
    told = [person for person in people if person not in without_address]
    outbox.post_all(MailKind.ACCOUNT_CLOSED, told, at=at)


def end_ways_in(people: Collection[int], *, at: datetime, but: int | None = None) -> None:
    """None of their sessions and links lets anybody in any more, but for one session. Needs the accounts locked."""
    sessions = update(SignInSession).where(
        among(SignInSession.person_id, people),
        SignInSession.id.is_distinct_from(but),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > at,
        SignInSession.idle_until > at,
    )
    links = update(SignInLink).where(
        among(SignInLink.person_id, people),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > at,
    )
    _past_the_objects(sessions.values(ended_at=at))
    _past_the_objects(links.values(expires_at=at))


def _past_the_objects(statement: Update) -> None:
    """For many rows. What was loaded of them is as before until it is read again."""
    db.session.execute(statement, execution_options={"synchronize_session": False})


def tell_of_new_addresses(changed: Sequence[NewAddress], *, at: datetime) -> None:
    """A message to each new address, and to the one before unless it is somebody else's now. Neither has the other.

    Whoever had none until now is told at the new one alone, that there is one.
    """
    if not mode.sends_mail():
        return
    taken = queries.addresses_in_use([each.before for each in changed])
    letters = []
    for each in changed:
        for goes_to, address, other in (
            ("old", each.before, each.after),
            ("new", None, each.before),
        ):
            if address is None or (address and email_key(address) not in taken):
                about = {"goes_to": goes_to, "other": half_hidden(other)}
                letters.append(Letter(each.person_id, about, address))
    outbox.post_each(MailKind.NEW_ADDRESS, letters, at=at)


def change_address(person: Person, address: str, *, at: datetime, but: int | None = None) -> None:
    """Give somebody another address to sign in with, and do all that follows from it. The password stays.

    Whoever reads the old address may not be the person any more: its sessions and links end.

    Args:
        but: the session that goes on: the person's own one, if they do it themselves.
    """
    before = person.email
    person.email = address
    person.email_key = email_key(address)
    end_sessions(person, at=at, but=but)
    end_links(person, at=at)
    db.session.flush()
    tell_of_new_addresses([NewAddress(person.id, before, address)], at=at)


def add_owner(*, name: str, email: str, at: datetime) -> tuple[Person, str]:
    """The first account of an installation, from the command line: the person and their sign-in link's token.

    Raises:
        RuleBroken: if the address is taken.
    """
    if queries.person_by_email(email):
        raise RuleBroken(f"{email} already belongs to an account.")
    person = Person(
        public_id=random_source.public_id(),
        employee_id=email_key(email),
        name=name,
        email=email,
        email_key=email_key(email),
        is_owner=True,
    )
    db.session.add(person)
    db.session.flush()
    _record(None, Verb.GRANT_OFFICE, f"{name} made owner from the command line", person, at)
    return person, issue_link(person, actor=None, at=at)


def _record(actor: Actor | None, verb: Verb, summary: str, person: Person, at: datetime) -> None:
    # Two people may have one name.
    audit.record(actor, verb, summary, at=at, person=person.public_id)
