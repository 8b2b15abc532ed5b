"""People, who they report to, and how they sign in."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from ladders.orm import Base


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (CheckConstraint("manager_id <> id", name="not_own_manager"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    #: The number the company knows the person by; the key of a people import.
    employee_id: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    #: The name with its case folded: what people are searched and listed by, alike on every database.
    name_key: Mapped[str] = mapped_column(String(600), index=True)
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
    version: Mapped[int] = mapped_column()

    manager: Mapped["Person | None"] = relationship(remote_side=[id], lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @validates("name")
    def _keep_name_key(self, _attribute: str, name: str) -> str:
        self.name_key = name.casefold()
        return name


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
