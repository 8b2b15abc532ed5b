"""People, who they report to, and how they sign in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.orm import Base
from reviews.db.column_types import SortKey
from reviews.rules.name_keys import NAME_KEY_LENGTH, folded, name_key, search_key, sort_key


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("manager_id <> id", name="not_own_manager"),
        # The list of everybody, and of those who are here or have left.
        Index("ix_person_in_order", "sort_key", "id"),
        Index("ix_person_active_in_order", "is_active", "sort_key", "id"),
        # SQLite takes these two where a query has the same words.
        Index(
            "ix_person_no_password",
            "sort_key",
            "id",
            sqlite_where=text("is_active = 1 AND password_hash IS NULL"),
            postgresql_where=text("is_active AND password_hash IS NULL"),
        ),
        Index(
            "ix_person_owner",
            "sort_key",
            "id",
            sqlite_where=text("is_owner = 1"),
            postgresql_where=text("is_owner"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    #: The number the company knows the person by; the key of a people import.
    employee_id: Mapped[str] = mapped_column(String(80), unique=True)
    #: The same folded: two people never differ by the case of their numbers alone.
    employee_key: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[str] = mapped_column(String(200))
    #: The words of the name as they are looked for: `search_key`. Kept with the name, like the other keys.
    name_key: Mapped[str] = mapped_column(String(NAME_KEY_LENGTH), index=True)
    #: The same of title and unit, which everybody may know who sees the name.
    work_key: Mapped[str] = mapped_column(Text)
    #: The same of address and employee ID, by which only those look who may read them.
    account_key: Mapped[str] = mapped_column(Text)
    #: What every list of people is in order of.
    sort_key: Mapped[str] = mapped_column(SortKey)
    #: As typed; `email_key` is what must be unique: NFKC, case folded.
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    unit: Mapped[str] = mapped_column(String(200), default="", index=True)
    #: The level as the people system writes it; matched against a ladder only as a suggestion.
    level: Mapped[str] = mapped_column(String(200), default="")
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    #: May run the site: import ladders and people, create cycles, see accounts.
    is_owner: Mapped[bool] = mapped_column(default=False)
    #: Made by the demo seed; refused at sign-in outside demo mode.
    is_demo: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: Shorter than a password may be that is all somebody signs in with.
    password_is_short: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()

    manager: Mapped["Person | None"] = relationship(remote_side=[id], lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


def keys_of(*, name: str, title: str, unit: str, email: str, employee_id: str) -> dict[str, str]:
    """The keys of a person, by column: for rows that are written past the objects."""
    return {
        "employee_key": folded(employee_id),
        "name_key": name_key(name),
        "work_key": search_key(f"{title} {unit}"),
        "account_key": search_key(f"{email} {employee_id}"),
        "sort_key": sort_key(name),
    }


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _keep_keys(_mapper: Any, _connection: Any, person: Person) -> None:
    state = inspect(person)
    if state.persistent and not any(
        state.attrs[each].history.has_changes() for each in _KEPT_BY_KEYS
    ):
        return
    keys = keys_of(
        name=person.name,
        title=person.title or "",
        unit=person.unit or "",
        email=person.email,
        employee_id=person.employee_id,
    )
    person.employee_key, person.name_key = keys["employee_key"], keys["name_key"]
    person.work_key, person.account_key = keys["work_key"], keys["account_key"]
    person.sort_key = keys["sort_key"]


_KEPT_BY_KEYS = ("name", "title", "unit", "email", "employee_id")


class ManagerLink(Base):
    """Who reported to whom, and when. The open link equals `Person.manager_id`."""

    __tablename__ = "manager_link"
    __table_args__ = (
        Index(
            "uq_manager_link_open",
            "person_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class SignInSession(Base):
    """One signed-in browser. Ending the row ends the session at the next request."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    #: When it ends whatever happens.
    expires_at: Mapped[datetime]
    #: When it ends if nothing is asked for; moved on every few minutes, not with each page.
    idle_until: Mapped[datetime]
    #: When the person last showed that it is them: with a password, a code or a passkey.
    proved_at: Mapped[datetime]
    #: The person has to add a second factor before anything else.
    needs_factor: Mapped[bool] = mapped_column(default=False)
    #: It began with the company's account, where a second factor was asked for.
    has_company_factor: Mapped[bool] = mapped_column(default=False)
    #: "Firefox on Linux": enough to tell one's own browsers apart, and nothing to follow anybody by.
    browser: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[datetime | None]


class SignInLink(Base):
    """A single-use link with which a person chooses a password."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    #: Who saw it on a page and could have used it; None for whoever runs the server.
    shown_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    #: It went to the person's own address alone, and nobody else has seen it.
    was_mailed: Mapped[bool] = mapped_column(default=False)
    #: When the person said that they know of it.
    acknowledged_at: Mapped[datetime | None]

    shown_to: Mapped["Person | None"] = relationship(
        foreign_keys=[shown_to_id], lazy="raise_on_sql"
    )


class TakenForm(Base):
    """The form of a person that was taken last, so that a second press of its button is answered like the first."""

    __tablename__ = "taken_form"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: SHA-256 of everything that was sent, and of the session that sent it; "" for what is not answered again.
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    #: Where the person was sent to.
    location: Mapped[str] = mapped_column(Text)
    #: The sentences that the next page said, each with its kind.
    said: Mapped[list[list[str]]] = mapped_column(JSON)
