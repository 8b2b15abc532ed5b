"""Reading how somebody signs in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from reviews.access.loaders import SiteAccess
from reviews.db.extensions import db
from reviews.db.models.cycles import CycleOwner, PanelMember
from reviews.db.models.people import Person, SignInSession
from reviews.db.models.signing_in import AuthenticatorApp, FactorReset, Passkey, RecoveryCode
from reviews.people.queries import hash_token
from reviews.signing_in.authenticator import plain_code


@dataclass(frozen=True, slots=True)
class Factors:
    """With what somebody can show, beside a password, that it is them."""

    has_app: bool
    has_passkey: bool

    def __bool__(self) -> bool:
        return self.has_app or self.has_passkey


def factors_of(person_id: int) -> Factors:
    row = db.session.execute(
        select(
            exists().where(AuthenticatorApp.person_id == person_id),
            exists().where(Passkey.person_id == person_id),
        )
    ).one()
    return Factors(bool(row[0]), bool(row[1]))


def has_signed_in(person_id: int) -> bool:
    """Whether the person has ever."""
    found = select(exists().where(SignInSession.person_id == person_id))
    return bool(db.session.execute(found).scalar_one())


def app_to_use(person_id: int) -> AuthenticatorApp | None:
    """Locked, so that of two who send one code at once the second finds it used."""
    return db.session.scalars(
        select(AuthenticatorApp).where(AuthenticatorApp.person_id == person_id).with_for_update()
    ).one_or_none()


def recovery_code_to_use(person_id: int, typed: str) -> RecoveryCode | None:
    """One that is not used yet; locked like an app."""
    return db.session.scalars(
        select(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == hash_token(plain_code(typed)),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()


def passkeys_of(person_id: int) -> Sequence[Passkey]:
    return db.session.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    ).all()


def passkey_of_handle(handle: str) -> Passkey | None:
    return db.session.scalars(select(Passkey).where(Passkey.handle == handle)).one_or_none()


def passkey_to_use(handle: str) -> Passkey | None:
    """Locked, so that of two who send one answer at once the second finds it taken."""
    return db.session.scalars(
        select(Passkey).where(Passkey.handle == handle).with_for_update()
    ).one_or_none()


def codes_left(person_id: int) -> int:
    return db.session.execute(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    ).scalar_one()


def is_owner_or_chair(person: Person) -> bool:
    """Of the site, of any cycle, or of any panel."""
    if person.is_owner:
        return True
    return bool(
        db.session.execute(
            select(
                exists().where(CycleOwner.person_id == person.id)
                | exists().where(PanelMember.person_id == person.id, PanelMember.is_chair)
            )
        ).scalar_one()
    )


def resets_not_acknowledged(person_id: int) -> Sequence[FactorReset]:
    return db.session.scalars(
        select(FactorReset)
        .options(joinedload(FactorReset.by))
        .where(FactorReset.person_id == person_id, FactorReset.acknowledged_at.is_(None))
        .order_by(FactorReset.id)
    ).all()


# -- The page


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    handle: str
    name: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class ToldReset:
    #: The company's sign-in was taken off, and no second factor.
    is_of_company: bool
    at: datetime
    #: Empty for whoever runs the server.
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class WaysPage:
    app_added: datetime | None
    passkeys: tuple[OwnPasskey, ...]
    codes_left: int
    resets: tuple[ToldReset, ...]
    #: Nothing else is open to the viewer before they have one.
    needs_factor: bool

    @property
    def has_factor(self) -> bool:
        return self.app_added is not None or bool(self.passkeys)


def ways_page(access: SiteAccess) -> WaysPage:
    """Four queries."""
    viewer = access.viewer
    return WaysPage(
        app_added=db.session.scalar(
            select(AuthenticatorApp.added_at).where(AuthenticatorApp.person_id == viewer.person_id)
        ),
        passkeys=tuple(
            OwnPasskey(each.handle, each.name, each.added_at, each.used_at)
            for each in passkeys_of(viewer.person_id)
        ),
        codes_left=codes_left(viewer.person_id),
        resets=tuple(
            ToldReset(each.is_of_company, each.at, each.by.name if each.by else "", each.reason)
            for each in resets_not_acknowledged(viewer.person_id)
        ),
        needs_factor=viewer.needs_factor,
    )
