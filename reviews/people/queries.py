"""Reading people: for signing in, and for the pages about them."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased, joinedload

from reviews.access.loaders import SiteAccess
from reviews.access.viewer import Viewer
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage
from reviews.db.models.people import ManagerLink, Person, SignInLink, SignInSession
from reviews.db.models.signing_in import AuthenticatorApp, CompanyAccount, Passkey
from reviews.db.pagination import COUNTED, Page, count_of
from reviews.db.text import has_words, read_as_it_lies, word_params
from reviews.display.formatting import count, short_day
from reviews.mail.queries import MailToPerson, WorkerStanding, newest_to, worker_standing
from reviews.mail.reminders import chosen_days
from reviews.people.addresses import email_key
from reviews.rules.enums import Action, MailKind, MailStatus, ReminderDays
from reviews.rules.name_keys import folded, name_key, search_key, search_words, sort_from
from reviews.rules.namesakes import joined
from reviews.web import mode

#: Whoever was invited so recently is not invited again with all the others.
INVITED_LATELY = timedelta(days=1)
_FEW = 500
#: On the page about sign-in links; nobody has as many.
_LINKS_SHOWN = 100
#: No company has so many steps from anybody to its head.
_LONGEST_LINE = 1_000
_UNITS_OFFERED = 300
_NAMESAKES_SHOWN = 20
#: The name of a lock, a number that nothing else here has.
_REPORTING = 0x5245504F5254

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
        proved_at=row.proved_at,
        needs_factor=row.needs_factor,
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
            SignInSession.proved_at,
            SignInSession.needs_factor,
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


def has_factor(person_id: int) -> bool:
    """Whether the person has something to show beside the password."""
    either = or_(
        exists().where(AuthenticatorApp.person_id == person_id),
        exists().where(Passkey.person_id == person_id),
    )
    return bool(db.session.execute(select(either)).scalar_one())


def company_since(person_id: int) -> datetime | None:
    """Since when the person signs in with an account of the provider that is set up; None if they do not."""
    return db.session.scalar(
        select(CompanyAccount.added_at).where(
            CompanyAccount.person_id == person_id, CompanyAccount.provider == mode.provider_name()
        )
    )


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


def addresses_in_use(addresses: Collection[str]) -> set[str]:
    """The keys of those among these addresses that are somebody's. One query."""
    keys = {email_key(address) for address in addresses}
    found = select(Person.email_key)
    # A statement takes no long list: for more than a few everybody is read.
    if len(keys) <= _FEW:
        found = found.where(Person.email_key.in_(keys))
    return keys.intersection(db.session.scalars(found))


def link_of(token: str) -> SignInLink | None:
    """Used or ended ones too."""
    return db.session.scalars(
        select(SignInLink).where(SignInLink.token_hash == hash_token(token))
    ).one_or_none()


def _cannot_sign_in_yet() -> ColumnElement[bool]:
    return Person.is_active & Person.password_hash.is_(None)


def _invited_since(instant: datetime) -> ColumnElement[bool]:
    return exists().where(
        OutboxMessage.person_id == Person.id,
        OutboxMessage.kind == MailKind.INVITATION.value,
        OutboxMessage.made_at > instant,
        OutboxMessage.status.in_((MailStatus.WAITING, MailStatus.SENT)),
    )


def hold_those_without_password(*, after: int, most: int) -> list[int]:
    """The ids of so many of them with ids above this one. Two acts on the same people come one after the other."""
    statement = (
        select(Person.id)
        .where(_cannot_sign_in_yet(), Person.id > after)
        .order_by(Person.id)
        .limit(most)
        .with_for_update(key_share=True)
    )
    return list(db.session.scalars(statement))


def to_invite(held: Sequence[int], *, at: datetime, again: bool) -> list[int]:
    """Of these, who are held in order, those who were not invited within the last day; all of them if `again`."""
    if again or not held:
        return list(held)
    lately = _invited_since(at - INVITED_LATELY)
    statement = select(Person.id).where(Person.id.between(held[0], held[-1]), lately)
    invited = set(db.session.scalars(statement))
    return [person for person in held if person not in invited]


@dataclass(frozen=True, slots=True)
class InvitationsPage:
    #: Who have an open account and no password.
    without_password: int
    #: Of them, those who were invited within the last day.
    invited_lately: int

    @property
    def to_invite(self) -> int:
        return self.without_password - self.invited_lately


def invitations_page(access: SiteAccess) -> InvitationsPage:
    """One query."""
    lately = _invited_since(access.viewer.now - INVITED_LATELY)
    row = db.session.execute(
        select(
            func.count().label("without_password"),
            func.count().filter(lately).label("invited_lately"),
        )
        .select_from(Person)
        .where(_cannot_sign_in_yet())
    ).one()
    return InvitationsPage(row.without_password, row.invited_lately)


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
    #: "Firefox on Linux"; empty for one that gave no name.
    browser: str
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    name: str
    email: str
    #: Since when the viewer signs in with the company's account; None if they do not.
    company_since: datetime | None
    title: str
    unit: str
    manager: str
    sessions: tuple[OwnSession, ...]
    #: On which mornings they are reminded of what waits for them; None for never.
    reminded: ReminderDays | None


def account_page(access: SiteAccess) -> AccountPage:
    viewer = access.viewer
    person = db.session.scalars(
        select(Person).options(joinedload(Person.manager)).where(Person.id == viewer.person_id)
    ).one()
    return AccountPage(
        name=person.name,
        email=person.email,
        company_since=company_since(person.id),
        title=person.title,
        unit=person.unit,
        manager=person.manager.name if person.manager else "",
        sessions=tuple(
            OwnSession(
                handle=handle_of(session),
                started=session.created_at,
                expires=session.expires_at,
                browser=session.browser,
                is_this_one=session.id == viewer.session_id,
            )
            for session in sorted(
                open_sessions(person, viewer.now), key=lambda s: s.created_at, reverse=True
            )
        ),
        reminded=chosen_days(viewer),
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
        .where(SignInLink.person_id == access.viewer.person_id, ~SignInLink.was_mailed)
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


class SignsInBy(StrEnum):
    """How somebody signs in, or what keeps them from it."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    #: The company's account. There may be a password as well.
    COMPANY = "company"
    #: No password yet, but a link with which to choose one.
    OPEN_LINK = "open_link"
    NOT_YET = "not_yet"
    CLOSED = "account_closed"


@dataclass(frozen=True, slots=True)
class RosterRow:
    public_id: str
    name: str
    employee_id: str
    title: str
    level: str
    unit: str
    manager: str
    signs_in_by: SignsInBy
    is_owner: bool


@dataclass(frozen=True, slots=True)
class RosterPage:
    """One page of those who match."""

    rows: tuple[RosterRow, ...]
    search: str
    pagination: Page
    #: How many are here and have no password, in words; empty for nobody.
    cannot_sign_in: str
    may_import: bool
    may_edit: bool
    may_read_log: bool
    may_read_mail: bool
    may_manage: bool
    worker: WorkerStanding


#: What the list can be narrowed to. All of them are read from an index of theirs.
_SHOWN: dict[str, tuple[Any, ...]] = {
    "": (),
    "not_yet": (Person.is_active, Person.password_hash.is_(None)),
    "owners": (Person.is_owner,),
    "left": (not_(Person.is_active),),
}


def roster_page(
    access: SiteAccess, *, search: str, page: int, show: str = "", start: str = ""
) -> RosterPage:
    """People by name. A page past the last one has no rows. Four queries.

    Args:
        search: words that are all in the name, title, unit, address or employee ID.
        show: a key of `_SHOWN`.
        start: the beginning of the first name.
    """
    words = search_words(search)
    matching = (
        select(Person.id)
        .where(
            *_SHOWN[show],
            *has_words(len(words), Person.name_key, Person.work_key, Person.account_key),
            *([Person.sort_key >= sort_from(start)] if start else []),
        )
        .order_by(read_as_it_lies(Person.sort_key) if words else Person.sort_key, Person.id)
    )
    parameters = word_params(words)

    def rows(offset: int, limit: int) -> Sequence[Any]:
        wanted = matching.limit(literal_column(str(limit))).offset(offset or None)
        return db.session.execute(_rows_of(wanted, access.viewer.now), parameters).all()

    found = Page(page, rows=rows, count=lambda: count_of(matching, parameters))
    # With the company's account everybody can, whose address is right.
    waiting = (
        0 if mode.has_company_sign_in() else count_of(select(Person.id).where(*_SHOWN["not_yet"]))
    )
    return RosterPage(
        rows=tuple(
            RosterRow(
                public_id=row.public_id,
                name=row.name,
                employee_id=row.employee_id,
                title=row.title,
                level=row.level,
                unit=row.unit,
                manager=row.manager or "",
                signs_in_by=_signs_in_by(
                    is_active=row.is_active,
                    has_company=row.has_company,
                    has_password=row.has_password,
                    has_link=row.has_link,
                ),
                is_owner=row.is_owner,
            )
            for row in found
        ),
        search=search,
        pagination=found,
        cannot_sign_in=_people_in_words(waiting),
        may_import=access.may(Action.IMPORT_PEOPLE),
        may_edit=access.may(Action.EDIT_PERSON),
        may_read_log=access.may(Action.READ_SITE_AUDIT),
        may_read_mail=access.may(Action.READ_MAIL),
        may_manage=access.may(Action.MANAGE_ACCOUNTS),
        worker=worker_standing(access.viewer.now),
    )


def _rows_of(wanted: Select[int], present: datetime) -> Select[*tuple[Any, ...]]:
    """What the list says of these people alone: a page far behind costs no more than the places before it."""
    ids = wanted.subquery()
    manager = aliased(Person)
    return (
        select(
            Person.public_id,
            Person.name,
            Person.employee_id,
            Person.title,
            Person.level,
            Person.unit,
            Person.is_active,
            Person.is_owner,
            Person.password_hash.is_not(None).label("has_password"),
            exists()
            .where(
                CompanyAccount.person_id == Person.id,
                CompanyAccount.provider == mode.provider_name(),
            )
            .label("has_company"),
            exists()
            .where(
                SignInLink.person_id == Person.id,
                SignInLink.used_at.is_(None),
                SignInLink.expires_at > present,
            )
            .label("has_link"),
            manager.name.label("manager"),
        )
        .join(ids, ids.c.id == Person.id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .order_by(Person.sort_key, Person.id)
    )


def _people_in_words(number: int) -> str:
    if number > COUNTED:
        return f"More than {COUNTED:,} people"
    return count(number, "person", "people") if number else ""


def _signs_in_by(
    *, is_active: bool, has_company: bool, has_password: bool, has_link: bool
) -> SignsInBy:
    if not is_active:
        return SignsInBy.CLOSED
    if has_company:
        return SignsInBy.COMPANY
    if not mode.takes_passwords():
        return SignsInBy.NOT_YET
    if has_password:
        return SignsInBy.PASSWORD
    return SignsInBy.OPEN_LINK if has_link else SignsInBy.NOT_YET


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
class Namesake:
    public_id: str
    name: str
    #: What tells them apart.
    known_by: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    public_id: str
    #: Others here of the same name.
    namesakes: tuple[Namesake, ...]
    signs_in_by: SignsInBy
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
    may_edit: bool
    #: None where none was ever sent.
    newest_mail: MailToPerson | None
    #: The company's account is known; for whoever may manage it, like the next three.
    has_company: bool | None
    #: All three for whoever may manage it alone: others would see when somebody is there to vote on them.
    has_password: bool | None
    has_factor: bool | None
    open_sessions: int | None
    managers: tuple[ManagerPeriod, ...]
    reports: tuple[DirectReport, ...]


def person(public_id: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()


def own_person(viewer: Viewer) -> Person:
    return db.session.get_one(Person, viewer.person_id)


def person_page(access: SiteAccess, who: Person) -> PersonPage:
    """Eight queries, or six where the viewer may not manage the account."""
    may_manage = access.may(Action.MANAGE_ACCOUNTS)
    has_company = company_since(who.id) is not None
    manager = aliased(Person)
    namesakes = [
        each for each in people_of_name(who.name, limit=_NAMESAKES_SHOWN) if each is not who
    ]
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
        .order_by(Person.sort_key, Person.id)
    )
    return PersonPage(
        public_id=who.public_id,
        namesakes=tuple(
            Namesake(each.public_id, each.name, joined(each.title, each.unit, each.employee_id))
            for each in namesakes
        ),
        signs_in_by=_signs_in_by(
            is_active=who.is_active,
            has_company=has_company,
            has_password=who.password_hash is not None,
            has_link=bool(open_links(who, access.viewer.now)),
        ),
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
        may_edit=access.may(Action.EDIT_PERSON),
        newest_mail=newest_to(who),
        has_company=has_company if may_manage else None,
        has_password=who.password_hash is not None if may_manage else None,
        has_factor=has_factor(who.id) if may_manage else None,
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


# -- For adding and changing one person


def person_by_employee_id(employee_id: str) -> Person | None:
    return db.session.scalars(
        select(Person).where(Person.employee_key == folded(employee_id)).limit(1)
    ).one_or_none()


def people_of_name(name: str, *, limit: int) -> list[Person]:
    """Those here who are called so, whatever the accents and capitals, with so many at most."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.name_key == name_key(name), Person.is_active)
            .order_by(Person.sort_key, Person.id)
            .limit(limit)
        )
    )


def people_with_words(words: Sequence[str], *, limit: int) -> list[Person]:
    """Those here in whose name all of these words are."""
    return list(
        db.session.scalars(
            select(Person)
            .where(*has_words(len(words), Person.name_key), Person.is_active)
            .order_by(read_as_it_lies(Person.sort_key), Person.id)
            .limit(limit),
            word_params(words),
        )
    )


def line_above(person: Person) -> list[Person]:
    """The person, their manager, the manager's manager and so on: one query, and each of them once."""
    start = select(Person.id, Person.manager_id, literal(0).label("step")).where(
        Person.id == person.id
    )
    line = start.cte("line", recursive=True)
    manager = aliased(Person)
    line = line.union_all(
        select(manager.id, manager.manager_id, line.c.step + 1)
        .join(line, line.c.manager_id == manager.id)
        .where(line.c.step < _LONGEST_LINE)
    )
    found = select(Person).join(line, line.c.id == Person.id).order_by(line.c.step)
    return list(db.session.scalars(found).unique())


def person_with_manager(public_id: str, *, to_change: bool) -> Person | None:
    """The person, with the manager loaded.

    Args:
        to_change: as both stand now and until the request has ended. One change of who reports to whom comes after the
            other, and none while an import runs, which holds everybody: so each sees what the last one did, and two
            of them make no circle.
    """
    one = Person.public_id == public_id
    if to_change:
        if db.engine.dialect.name == "postgresql":
            db.session.execute(select(func.pg_advisory_xact_lock(_REPORTING)))
        db.session.execute(select(Person.id).where(one).with_for_update(key_share=True))
    return db.session.scalars(
        select(Person).options(joinedload(Person.manager)).where(one),
        execution_options={"populate_existing": to_change},
    ).one_or_none()


def open_manager_links_of(person: Person) -> list[ManagerLink]:
    return list(
        db.session.scalars(
            select(ManagerLink).where(
                ManagerLink.person_id == person.id, ManagerLink.ended_on.is_(None)
            )
        )
    )


def units() -> list[str]:
    """The units that there are, to choose from."""
    found = select(Person.unit).where(Person.is_active, Person.unit != "").distinct()
    return sorted(db.session.scalars(found.limit(_UNITS_OFFERED)), key=search_key)
