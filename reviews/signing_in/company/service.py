"""Whom the company's sign-in lets in, and what is kept of their account."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.locks import lock_account
from reviews.db.models.people import Person
from reviews.db.models.signing_in import CompanyAccount, FactorReset, KeptText
from reviews.people import service as people
from reviews.people.queries import hash_token
from reviews.rules.enums import Verb
from reviews.rules.errors import RuleBroken
from reviews.signing_in import authenticator
from reviews.signing_in.company import queries
from reviews.signing_in.company.ways import WITHIN, Way

#: One sentence for whoever has no account here, a closed one, one of another account of the company, or no address that
#: the provider has made sure of.
NOBODY = (
    "The company's sign-in knows you, but no open account here is yours. Somebody who runs the reviews can look whether"
    " your address is on record, and open the account or take an older company sign-in off it."
)
USED = "This way was used already, or a newer one was. Sign in once more."
#: Before anything that somebody typed is given back; then it is gone.
_KEPT_FOR = WITHIN + timedelta(minutes=5)


def enter(
    subject: str,
    email: str,
    *,
    provider: str,
    way: Way,
    at: datetime,
    demo_allowed: bool,
) -> Person:
    """Who has come back from the provider: whose account there it is, or the first time whose address.

    Raises:
        NotRecognised: with one constant sentence if it is nobody who may sign in, and for a way that was used.
    """
    account = queries.account_of_subject(provider, subject)
    if account is not None:
        person = db.session.get_one(Person, account.person_id)
        lock_account(person)
        _check_open(person, demo_allowed=demo_allowed)
        _take(account, way, person)
        return person
    found = queries.person_of_address(email)
    if found is None:
        raise people.NotRecognised(NOBODY)
    person, other = found
    # Whoever has the address now need not be who had it when the account began to be theirs.
    if other is not None and other.provider == provider:
        raise people.NotRecognised(NOBODY, account=person.public_id)
    _check_open(person, demo_allowed=demo_allowed)
    _begin(person, subject, provider=provider, way=way, at=at)
    return person


def _check_open(person: Person, *, demo_allowed: bool) -> None:
    if not person.is_active or (person.is_demo and not demo_allowed):
        raise people.NotRecognised(NOBODY, account=person.public_id)


def _take(account: CompanyAccount, way: Way, person: Person) -> None:
    """Nobody comes back twice from one way, nor from an older one than they came back from last."""
    if way.began <= account.last_asked_at:
        raise people.NotRecognised(USED, account=person.public_id)
    account.last_asked_at = way.began


def _begin(
    person: Person,
    subject: str,
    *,
    provider: str,
    way: Way,
    at: datetime,
) -> None:
    lock_account(person)
    # Another window may have been quicker.
    other = queries.account_of(person.id)
    if not person.is_active or (other is not None and other.provider == provider):
        raise people.NotRecognised(USED, account=person.public_id)
    if other is not None:
        # Of a provider that is asked no more.
        db.session.delete(other)
        db.session.flush()
    db.session.add(
        CompanyAccount(
            person_id=person.id,
            provider=provider,
            subject=subject,
            added_at=at,
            last_asked_at=way.began,
        )
    )
    db.session.flush()
    summary = f"{person.name} signed in with the company's account for the first time"
    audit.record(person, Verb.MANAGE_OWN_ACCOUNT, summary, at=at, person=person.public_id)


def has_proved(
    viewer: Viewer, subject: str, proved_at: datetime | None, *, provider: str, way: Way
) -> bool:
    """Whether the viewer themselves has come back, and has just shown at the provider that it is them.

    An account of the company that nobody knows yet is not looked at by its address here.
    """
    account = queries.account_of_subject(provider, subject)
    if account is None or account.person_id != viewer.person_id:
        return False
    # So far the clocks of two machines may be apart.
    if proved_at is None or proved_at < way.began - timedelta(minutes=1):
        return False
    if way.began <= account.last_asked_at:
        return False
    account.last_asked_at = way.began
    return True


def take_off(person: Person, *, actor: Viewer | None, reason: str, at: datetime) -> None:
    """Forget which account of the company is the person's. Their sessions end, and they are told of it.

    The next who comes from the provider with their address, verified, is taken for them.

    Args:
        actor: who does it; None from the command line.

    Raises:
        RuleBroken: for the actor's own, and if there is none.
    """
    if actor is not None and actor.person_id == person.id:
        raise RuleBroken("Another owner takes off your own company sign-in.")
    account = queries.account_of(person.id)
    if account is None:
        raise RuleBroken(f"{person.name} has not signed in with the company's account.")
    lock_account(person)
    db.session.delete(account)
    people.end_sessions(person, at=at)
    db.session.add(
        FactorReset(
            person_id=person.id,
            at=at,
            by_id=None if actor is None else actor.person_id,
            reason=reason,
            is_of_company=True,
        )
    )
    summary = f"Company sign-in of {person.name} ({person.employee_id}) taken off"
    audit.record(
        actor, Verb.MANAGE_ACCOUNTS, summary, at=at, person=person.public_id, reason=reason
    )


# -- What was typed, while its author is away


def new_handle() -> str:
    return random_source.token("kept text")


def keep(text: str, *, at: datetime, key: str, handle: str) -> None:
    """Keep what was typed while its author is at the provider. It is found again under the handle."""
    delete_old_text(at)
    row = KeptText(
        handle_hash=hash_token(handle), text=authenticator.sealed(text, handle, key), kept_at=at
    )
    db.session.add(row)
    db.session.flush()


def delete_old_text(at: datetime) -> None:
    """What its author has not come back for."""
    db.session.execute(delete(KeptText).where(KeptText.kept_at < at - _KEPT_FOR))


def kept(handle: str, *, key: str) -> str:
    """What was typed; "" for nothing, and for what was given back."""
    row = queries.kept_text(hash_token(handle)) if handle else None
    return "" if row is None else authenticator.opened(row.text, handle, key) or ""


def give_back(handle: str, *, key: str) -> str:
    """The same, which is kept no longer."""
    text = kept(handle, key=key)
    if text:
        db.session.execute(delete(KeptText).where(KeptText.handle_hash == hash_token(handle)))
    return text
