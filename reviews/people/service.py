"""Signing in and out, choosing a password, and the first owner."""

from datetime import datetime, timedelta

from reviews.access.viewer import Actor, Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.people import Person, SignInLink, SignInSession
from reviews.people import passwords, queries
from reviews.people.addresses import email_key
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken

LINK_LIFE = timedelta(days=7)
#: One sentence for every failure: it never tells whether the address is known.
NOT_SIGNED_IN = "This address and password do not belong together. Check both and try again."


class NotRecognised(RuleBroken):
    """Nobody is signed in. `account` is the public id of whose address it was: for the log, and never for the page."""

    def __init__(self, sentence: str, *, account: str | None = None) -> None:
        super().__init__(sentence)
        self.account = account


def recognise(email: str, password: str, *, demo_allowed: bool) -> Person:
    """Whose address and password these are. Slow on purpose, so it reads only and lets no writer wait.

    Raises:
        NotRecognised: with one constant sentence for an unknown address, a wrong password or a closed account.
    """
    person = queries.person_by_email(email)
    right = passwords.matches(password, person.password_hash if person else None)
    if person is None or not right or not person.is_active or (person.is_demo and not demo_allowed):
        raise NotRecognised(NOT_SIGNED_IN, account=person.public_id if person else None)
    return person


def open_session(person: Person, *, at: datetime, hours: int) -> str:
    """Sign somebody in; the token goes into the cookie, its hash into the database."""
    token = random_source.token("session")
    db.session.add(
        SignInSession(
            token_hash=queries.hash_token(token),
            person_id=person.id,
            created_at=at,
            expires_at=at + timedelta(hours=hours),
        )
    )
    db.session.flush()
    return token


def sign_out(viewer: Viewer) -> None:
    session = db.session.get_one(SignInSession, viewer.session_id)
    session.ended_at = viewer.now


def issue_link(person: Person, *, actor: Viewer | None, at: datetime) -> str:
    """A single-use token with which the person chooses a password within seven days. Leaves an audit line.

    Raises:
        RuleBroken: for a closed account, and for one that has a password: whoever has a link can sign in as the
            person, and no owner may be able to do that. Only the command line makes a new link then.
    """
    if not person.is_active:
        raise RuleBroken("This account is closed. Open it first.")
    if actor is not None and person.password_hash is not None:
        raise RuleBroken(
            f"{person.name} has a password. Whoever runs the server makes a new link, with"
            " “flask --app reviews people sign-in-link”."
        )
    token = random_source.token("sign-in link")
    db.session.add(
        SignInLink(
            token_hash=queries.hash_token(token), person_id=person.id, expires_at=at + LINK_LIFE
        )
    )
    _record(actor, Verb.MANAGE_ACCOUNTS, f"Sign-in link made for {person.name}", person, at)
    return token


def choose_password(token: str, password: str, *, at: datetime) -> Person:
    """Use up a link. Every open session of the person ends.

    Raises:
        NotRecognised: for a link that is used, expired or unknown.
        RuleBroken: for a password that is too short or too long.
    """
    found = queries.open_link(token, at)
    if found is None:
        raise NotRecognised("This link has been used or has expired. Ask for a new one.")
    check_password(password, field="password")
    link, person = found
    link.used_at = at
    person.password_hash = passwords.hash_password(password)
    end_sessions(person, at=at)
    _record(person, Verb.MANAGE_OWN_ACCOUNT, f"{person.name} chose a password", person, at)
    return person


def check_password(password: str, *, field: str) -> None:
    if len(password) < passwords.MIN_LENGTH:
        raise RuleBroken(
            f"Use at least {passwords.MIN_LENGTH} characters. A sentence is a good password.",
            field=field,
        )
    if len(password) > passwords.MAX_LENGTH:
        raise RuleBroken(f"Use at most {passwords.MAX_LENGTH} characters.", field=field)


def change_password(viewer: Viewer, *, present: str, chosen: str) -> None:
    """The person's own new password. Every other session of theirs ends.

    Raises:
        RuleBroken: for a wrong present password, and for a new one that is too short or too long.
    """
    person = db.session.get_one(Person, viewer.person_id)
    if not passwords.matches(present, person.password_hash):
        raise RuleBroken("This is not your present password.", field="present")
    check_password(chosen, field="chosen")
    person.password_hash = passwords.hash_password(chosen)
    end_sessions(person, at=viewer.now, but=viewer.session_id)
    summary = f"{person.name} changed the password"
    _record(viewer, Verb.MANAGE_OWN_ACCOUNT, summary, person, viewer.now)


def end_sessions(person: Person, *, at: datetime, but: int | None = None) -> None:
    for session in queries.open_sessions(person):
        if session.id != but:
            session.ended_at = at


def end_own_sessions(viewer: Viewer, *, handle: str) -> None:
    """End one of the viewer's sessions by its handle, or with no handle all but the present one."""
    person = db.session.get_one(Person, viewer.person_id)
    for session in queries.open_sessions(person):
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
    close_account(person, at=at)
    summary = f"Account of {person.name} ({person.employee_id}) closed"
    _record(actor, Verb.MANAGE_ACCOUNTS, summary, person, at)


def activate(person: Person, *, actor: Viewer | None, at: datetime) -> None:
    """Open the account again. `actor` is None from the command line."""
    person.is_active = True
    summary = f"Account of {person.name} ({person.employee_id}) opened again"
    _record(actor, Verb.MANAGE_ACCOUNTS, summary, person, at)


def close_account(person: Person, *, at: datetime) -> None:
    """For those who leave one sentence about it in the audit log themselves."""
    person.is_active = False
    end_sessions(person, at=at)
    for link in queries.open_links(person, at):
        link.expires_at = at


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
