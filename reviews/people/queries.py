"""Reading people: for signing in, for the pages about them, and the whole roster for an import."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from reviews.access.loaders import SiteAccess
from reviews.access.viewer import Viewer
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.people import ManagerLink, Person, SignInLink, SignInSession
from reviews.db.pagination import Page, page_of
from reviews.db.text import position
from reviews.display.formatting import short_day
from reviews.people.addresses import email_key
from reviews.people.roster import KnownPerson
from reviews.rules.enums import Action

#: On the page about sign-in links; nobody has as many.
_LINKS_SHOWN = 100

# -- Signing in


def hash_token(token: str) -> str:
    """Tokens are stored hashed: whoever reads the database cannot sign in with what is in it."""
    return hashlib.sha256(token.encode()).hexdigest()


def now() -> datetime:
    """The database's present instant, for the few public pages that have no viewer."""
    return db.session.execute(select(clock.now_sql())).scalar_one()


def viewer_of_session(token: str) -> tuple[Viewer, datetime] | None:
    """Who is signed in with this token, with the request's instant, and when the session would end unused.

    None for a session that was ended, has expired or was not used for too long, and for a closed account.
    """
    row = db.session.connection().execute(_signed_in(), {"token": hash_token(token)}).one_or_none()
    if row is None or not row.is_active:
        return None
    present = clock.instant(row.now)
    if min(row.expires_at, row.idle_until) <= present:
        return None
    viewer = Viewer(
        person_id=row.person_id,
        public_id=row.public_id,
        name=row.name,
        is_owner=row.is_owner,
        now=present,
        session_id=row.id,
    )
    return viewer, row.idle_until


@cache
def _signed_in() -> Select[*tuple[Any, ...]]:
    """Columns, not objects: this is read by every request, and written by none."""
    return (
        select(
            SignInSession.id,
            SignInSession.expires_at,
            SignInSession.idle_until,
            Person.id.label("person_id"),
            Person.public_id,
            Person.name,
            Person.is_active,
            Person.is_owner,
            clock.database_now().label("now"),
        )
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.token_hash == bindparam("token"), SignInSession.ended_at.is_(None))
    )


def person_by_email(email: str) -> Person | None:
    return db.session.scalars(
        select(Person).where(Person.email_key == email_key(email))
    ).one_or_none()


def open_link(token: str, at: datetime) -> tuple[SignInLink, Person] | None:
    row = db.session.execute(
        select(SignInLink, Person)
        .join(Person, Person.id == SignInLink.person_id)
        .where(
            SignInLink.token_hash == hash_token(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > at,
            Person.is_active,
        )
    ).one_or_none()
    return None if row is None else (row.SignInLink, row.Person)


def open_links(person: Person, at: datetime) -> list[SignInLink]:
    return list(
        db.session.scalars(
            select(SignInLink).where(
                SignInLink.person_id == person.id,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > at,
            )
        )
    )


def links_not_acknowledged(person_id: int) -> list[SignInLink]:
    """Those of which the person has not said that they know."""
    return list(
        db.session.scalars(
            select(SignInLink).where(
                SignInLink.person_id == person_id, SignInLink.acknowledged_at.is_(None)
            )
        )
    )


def open_sessions(person: Person, at: datetime) -> list[SignInSession]:
    return list(
        db.session.scalars(
            select(SignInSession).where(
                SignInSession.person_id == person.id,
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > at,
                SignInSession.idle_until > at,
            )
        )
    )


def handle_of(row: SignInSession | SignInLink) -> str:
    """What a page calls a session or link: it says neither the token nor how many there are."""
    return row.token_hash[:22]


# -- The viewer's own account


@dataclass(frozen=True, slots=True)
class OwnSession:
    handle: str
    started: datetime
    expires: datetime
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    name: str
    email: str
    title: str
    unit: str
    manager: str
    sessions: tuple[OwnSession, ...]


def account_page(access: SiteAccess) -> AccountPage:
    viewer = access.viewer
    person = db.session.scalars(
        select(Person).options(joinedload(Person.manager)).where(Person.id == viewer.person_id)
    ).one()
    return AccountPage(
        name=person.name,
        email=person.email,
        title=person.title,
        unit=person.unit,
        manager=person.manager.name if person.manager else "",
        sessions=tuple(
            OwnSession(
                handle=handle_of(session),
                started=session.created_at,
                expires=session.expires_at,
                is_this_one=session.id == viewer.session_id,
            )
            for session in sorted(
                open_sessions(person, viewer.now), key=lambda s: s.created_at, reverse=True
            )
        ),
    )


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A sign-in link that somebody else saw before the person did."""

    made: datetime
    #: Empty for whoever runs the server.
    shown_to: str
    used: datetime | None
    ended: datetime


@dataclass(frozen=True, slots=True)
class LinksPage:
    links: tuple[ShownLink, ...]
    #: The handle of the newest, if the person has not said to have read of it; else empty.
    newest: str


def links_page(access: SiteAccess) -> LinksPage:
    """All that were made for the viewer, the newest first, and not only the new ones.

    Whoever got in with one of them may have confirmed it in the person's place.
    """
    links = db.session.scalars(
        select(SignInLink)
        .options(joinedload(SignInLink.shown_to))
        .where(SignInLink.person_id == access.viewer.person_id)
        .order_by(SignInLink.made_at.desc(), SignInLink.id.desc())
        .limit(_LINKS_SHOWN)
    ).all()
    return LinksPage(
        links=tuple(
            ShownLink(
                made=link.made_at,
                shown_to=link.shown_to.name if link.shown_to else "",
                used=link.used_at,
                ended=link.expires_at,
            )
            for link in links
        ),
        newest=next((handle_of(link) for link in links[:1] if link.acknowledged_at is None), ""),
    )


# -- The roster


@dataclass(frozen=True, slots=True)
class RosterRow:
    public_id: str
    name: str
    title: str
    level: str
    unit: str
    manager: str
    is_active: bool
    is_owner: bool


@dataclass(frozen=True, slots=True)
class RosterPage:
    """One page of those who match."""

    rows: tuple[RosterRow, ...]
    search: str
    pagination: Page
    may_import: bool
    may_read_log: bool


def roster_page(access: SiteAccess, *, search: str, page: int) -> RosterPage:
    """People by name, those who have left at the end. A page past the last one has no rows. Two queries."""
    manager = aliased(Person)
    statement = (
        select(
            Person.public_id,
            Person.name,
            Person.title,
            Person.level,
            Person.unit,
            Person.is_active,
            Person.is_owner,
            manager.name.label("manager"),
        )
        .outerjoin(manager, manager.id == Person.manager_id)
        .where(_matching(search))
        .order_by(Person.is_active.desc(), Person.name_key, Person.id)
    )
    found = page_of(statement, page)
    return RosterPage(
        rows=tuple(
            RosterRow(
                public_id=row.public_id,
                name=row.name,
                title=row.title,
                level=row.level,
                unit=row.unit,
                manager=row.manager or "",
                is_active=row.is_active,
                is_owner=row.is_owner,
            )
            for row in found
        ),
        search=search,
        pagination=found,
        may_import=access.may(Action.IMPORT_PEOPLE),
        may_read_log=access.may(Action.READ_SITE_AUDIT),
    )


def _matching(search: str) -> ColumnElement[bool]:
    """Every word is in the name or the unit. In a unit as typed too: SQLite folds the case of ASCII only."""
    matches: ColumnElement[bool] = true()
    for word in search.split():
        matches &= or_(
            position(Person.name_key, word.casefold()) > 0,
            Person.unit.icontains(word, autoescape=True),
            Person.unit.contains(word, autoescape=True),
        )
    return matches


@dataclass(frozen=True, slots=True)
class DirectReport:
    public_id: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ManagerPeriod:
    """A manager and the days, as the timeline component draws it."""

    label: str
    when: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage:
    public_id: str
    name: str
    employee_id: str
    email: str
    title: str
    level: str
    unit: str
    is_active: bool
    is_owner: bool
    is_self: bool
    #: The viewer may close and open accounts, and make sign-in links.
    may_manage: bool
    #: Both for whoever may manage it alone: others would see when somebody is there to vote on them.
    has_password: bool | None
    open_sessions: int | None
    managers: tuple[ManagerPeriod, ...]
    reports: tuple[DirectReport, ...]


def person(public_id: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()


def own_person(viewer: Viewer) -> Person:
    return db.session.get_one(Person, viewer.person_id)


def person_page(access: SiteAccess, who: Person) -> PersonPage:
    """Three queries, or two where the viewer may not manage the account."""
    may_manage = access.may(Action.MANAGE_ACCOUNTS)
    manager = aliased(Person)
    managers = db.session.execute(
        select(manager.name, ManagerLink.started_on, ManagerLink.ended_on)
        .join(manager, manager.id == ManagerLink.manager_id)
        .where(ManagerLink.person_id == who.id)
        .order_by(
            ManagerLink.ended_on.is_not(None), ManagerLink.started_on.desc(), ManagerLink.id.desc()
        )
    )
    reports = db.session.scalars(
        select(Person)
        .where(Person.manager_id == who.id, Person.is_active)
        .order_by(func.lower(Person.name), Person.id)
    )
    return PersonPage(
        public_id=who.public_id,
        name=who.name,
        employee_id=who.employee_id,
        email=who.email,
        title=who.title,
        level=who.level,
        unit=who.unit,
        is_active=who.is_active,
        is_owner=who.is_owner,
        is_self=who.id == access.viewer.person_id,
        may_manage=may_manage,
        has_password=who.password_hash is not None if may_manage else None,
        open_sessions=len(open_sessions(who, access.viewer.now)) if may_manage else None,
        managers=tuple(
            ManagerPeriod(
                label=name,
                when=f"since {short_day(start)}" if end is None else f"until {short_day(end)}",
                state="now" if end is None else "done",
            )
            for name, start, end in managers
        ),
        reports=tuple(DirectReport(each.public_id, each.name, each.title) for each in reports),
    )


# -- For an import


def everybody() -> list[Person]:
    return list(db.session.scalars(select(Person).order_by(Person.id)))


def roster() -> list[KnownPerson]:
    """Everybody as the rules of the import see them. One query."""
    people = everybody()
    ids = {person.id: person.employee_id for person in people}
    return [
        KnownPerson(
            employee_id=person.employee_id,
            name=person.name,
            email=person.email,
            manager_employee_id=ids[person.manager_id] if person.manager_id else "",
            title=person.title,
            level=person.level,
            unit=person.unit,
            is_active=person.is_active,
            is_owner=person.is_owner,
        )
        for person in people
    ]


def open_manager_links() -> dict[int, ManagerLink]:
    """By the person who reports."""
    links: Iterable[ManagerLink] = db.session.scalars(
        select(ManagerLink).where(ManagerLink.ended_on.is_(None))
    )
    return {link.person_id: link for link in links}
