"""Second factors: added, used, taken off; and the proof that a session is still its person's."""

from datetime import datetime

from sqlalchemy import delete, update

from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.db.extensions import db
from reviews.db.models.people import Person, SignInSession
from reviews.db.models.signing_in import AuthenticatorApp, FactorReset, Passkey, RecoveryCode
from reviews.display.formatting import moment
from reviews.mail import outbox
from reviews.people import service as people
from reviews.people.queries import hash_token, own_person
from reviews.rules.enums import MailKind, Verb
from reviews.rules.errors import RuleBroken
from reviews.signing_in import authenticator, passkeys, queries
from reviews.signing_in.authenticator import plain_code
from reviews.signing_in.passkeys import Site

WRONG_CODE = "This code is not good, or was used before. Wait for the next one, and look at the clock of the device."


def needs_factor(person: Person, *, asked_of: str) -> bool:
    """Whether the person has to add a second factor before anything else.

    Args:
        asked_of: the setting SECOND_FACTOR_FOR.
    """
    if queries.factors_of(person.id):
        return False
    return person.password_is_short or _is_asked_of(person, asked_of)


def _is_asked_of(person: Person, asked_of: str) -> bool:
    if asked_of == "owners and chairs":
        return queries.is_owner_or_chair(person)
    return asked_of == "everybody"


def note_need(person: Person, *, asked_of: str) -> None:
    """Let the open sessions of the person know whether something has to be added first, as it is now."""
    db.session.flush()
    needs = needs_factor(person, asked_of=asked_of)
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person.id, ~SignInSession.has_company_factor)
        .values(needs_factor=needs)
    )


def tell_of_new_device(person: Person, device: str, *, at: datetime) -> None:
    """Write to somebody who signs in where they never did before; not at their very first time."""
    if queries.has_signed_in(person.id):
        about = {"device": device, "when": moment(at)}
        outbox.post(MailKind.NEW_DEVICE, person, at=at, about=about)


# -- Using one


def take_code(person: Person, code: str, *, at: datetime, key: str) -> bool:
    """Whether this is a code of the person's app, or a recovery code, that was not used before. It is used now."""
    app = queries.app_to_use(person.id)
    secret = app and authenticator.opened(app.secret, person.public_id, key)
    if app and secret:
        step = authenticator.step_of(code, secret, at)
        if step is not None and step > app.last_step:
            app.last_step = step
            return True
    recovery = queries.recovery_code_to_use(person.id, code)
    if recovery is None:
        return False
    recovery.used_at = at
    _record(person, f"{person.name} used a recovery code", person, at)
    return True


def take_passkey(
    answer: str, *, site: Site, demo_allowed: bool, of: int | None = None
) -> Person | None:
    """Whose passkey has answered; None if nobody's has who may sign in. An answer is taken once.

    Args:
        answer: what the browser sent, as JSON.
        of: the id of the person whose it has to be; None for whoever signs in with a passkey alone.
    """
    found = passkeys.check_answer(answer, site, of=of)
    person = found and db.session.get_one(Person, found.person_id)
    if not person or not person.is_active or (person.is_demo and not demo_allowed):
        return None
    return person


def prove(viewer: Viewer, *, at: datetime) -> None:
    """Note in the session that its person has just shown that it is them."""
    db.session.execute(
        update(SignInSession).where(SignInSession.id == viewer.session_id).values(proved_at=at)
    )


# -- Adding and removing


def add_app(viewer: Viewer, sealed: str, code: str, *, key: str) -> list[str]:
    """Add the app that shows this code, instead of the one before; new recovery codes, if there were none.

    Raises:
        RuleBroken: for a code that the app of this secret does not show now, at the field.
    """
    person = own_person(viewer)
    secret = authenticator.opened(sealed, person.public_id, key)
    step = secret and authenticator.step_of(code, secret, viewer.now)
    if not secret or not step:
        raise RuleBroken(WRONG_CODE, field="code")
    db.session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.person_id == person.id))
    db.session.add(
        AuthenticatorApp(
            person_id=person.id,
            secret=authenticator.sealed(secret, person.public_id, key),
            added_at=viewer.now,
            last_step=step,
        )
    )
    return _added(viewer, person, "an authenticator app")


def add_passkey(viewer: Viewer, answer: str, name: str, *, site: Site) -> list[str]:
    """Add the passkey that a device has made for this person; new recovery codes, if there were none.

    Raises:
        RuleBroken: for an answer that is to no question of ours, or of a device that has one already.
    """
    person = own_person(viewer)
    made = passkeys.check_new(answer, site)
    if made is None:
        raise RuleBroken("The passkey could not be checked. Try again.", field="name")
    if queries.passkey_of_handle(made.handle):
        raise RuleBroken("This passkey has been added already.", field="name")
    db.session.add(
        Passkey(
            person_id=person.id,
            handle=made.handle,
            credential_id=made.credential_id,
            public_key=made.public_key,
            name=name,
            use_count=made.use_count,
            last_asked_at=made.asked_at,
            added_at=viewer.now,
        )
    )
    return _added(viewer, person, "a passkey")


def _added(viewer: Viewer, person: Person, what: str) -> list[str]:
    db.session.flush()
    db.session.execute(
        update(SignInSession).where(SignInSession.person_id == person.id).values(needs_factor=False)
    )
    _record(viewer, f"{person.name} added {what}", person, viewer.now)
    return [] if queries.codes_left(person.id) else _new_codes(viewer)


def new_codes(viewer: Viewer) -> list[str]:
    """Ten recovery codes, shown once; those before them are good no more.

    Raises:
        RuleBroken: for somebody who has nothing that they could lose.
    """
    if not queries.factors_of(viewer.person_id):
        raise RuleBroken("Add an authenticator app or a passkey first.")
    codes = _new_codes(viewer)
    person = own_person(viewer)
    _record(viewer, f"{person.name} made new recovery codes", person, viewer.now)
    return codes


def _new_codes(viewer: Viewer) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == viewer.person_id))
    codes = [authenticator.new_recovery_code() for _ in range(authenticator.RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(
            person_id=viewer.person_id,
            code_hash=hash_token(plain_code(code)),
            made_at=viewer.now,
        )
        for code in codes
    )
    db.session.flush()
    return codes


def remove_app(viewer: Viewer, *, asked_of: str) -> None:
    """Codes of the app are good no more.

    Raises:
        RuleBroken: if there is none, or it is the last second factor of somebody who needs one.
    """
    person = own_person(viewer)
    app = queries.app_to_use(person.id)
    if app is None:
        raise RuleBroken("There is no authenticator app.")
    db.session.delete(app)
    _removed(viewer, person, "the authenticator app", asked_of)


def remove_passkey(viewer: Viewer, handle: str, *, asked_of: str) -> None:
    """The passkey is good no more. One that is not the viewer's is not there.

    Raises:
        RuleBroken: if it is not there, or is the last second factor of somebody who needs one.
    """
    person = own_person(viewer)
    found = queries.passkey_of_handle(handle)
    if found is None or found.person_id != person.id:
        raise RuleBroken("This passkey is not there any more.")
    db.session.delete(found)
    _removed(viewer, person, f"the passkey “{found.name}”", asked_of)


def _removed(viewer: Viewer, person: Person, what: str, asked_of: str) -> None:
    db.session.flush()
    if not queries.factors_of(person.id):
        if person.password_is_short:
            raise RuleBroken(
                "Your password is so short that it is good only beside a second factor. Choose a longer one first."
            )
        if _is_asked_of(person, asked_of):
            raise RuleBroken("You need a second factor. Add another one first.")
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    _record(viewer, f"{person.name} removed {what}", person, viewer.now)


def reset_factors(person: Person, *, actor: Viewer | None, reason: str, at: datetime) -> None:
    """Take off every second factor of somebody who has lost theirs. Their sessions end, and they are told of it.

    Args:
        actor: who does it; None from the command line.

    Raises:
        RuleBroken: for the actor's own, and if there is none.
    """
    if actor is not None and actor.person_id == person.id:
        raise RuleBroken("Your own second factors are on the page of your account.")
    if not queries.factors_of(person.id):
        raise RuleBroken(f"{person.name} has no second factor.")
    for kind in (AuthenticatorApp, Passkey, RecoveryCode):
        db.session.execute(delete(kind).where(kind.person_id == person.id))
    people.end_sessions(person, at=at)
    db.session.add(
        FactorReset(
            person_id=person.id,
            at=at,
            by_id=None if actor is None else actor.person_id,
            reason=reason,
        )
    )
    summary = f"Second factors of {person.name} ({person.employee_id}) taken off"
    audit.record(
        actor, Verb.MANAGE_ACCOUNTS, summary, at=at, person=person.public_id, reason=reason
    )


def acknowledge_resets(viewer: Viewer) -> None:
    """The viewer knows of all of them: one that was made while the page was open has ended the session."""
    for reset in queries.resets_not_acknowledged(viewer.person_id):
        reset.acknowledged_at = viewer.now


def _record(actor: Viewer | Person, summary: str, person: Person, at: datetime) -> None:
    audit.record(actor, Verb.MANAGE_OWN_ACCOUNT, summary, at=at, person=person.public_id)
