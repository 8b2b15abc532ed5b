"""Reading people: by address for signing in, by session for every request."""

import hashlib
from datetime import datetime

from sqlalchemy import select

from reviews import clock
from reviews.extensions import db
from reviews.facts import Viewer
from reviews.models.people import Person, SignInLink, SignInSession
from reviews.people.addresses import email_key


def hash_token(token: str) -> str:
    """Tokens are stored hashed: whoever reads the database cannot sign in with what it holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def now() -> datetime:
    """The database's present instant, for the few public pages that have no viewer."""
    return db.session.execute(select(clock.now_sql())).scalar_one()


def viewer_of_session(token: str) -> Viewer | None:
    """Who is signed in with this token, with the request's instant; None for an ended, expired or deactivated one."""
    row = db.session.execute(
        select(SignInSession, Person, clock.now_sql().label("now"))
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.token_hash == hash_token(token), SignInSession.ended_at.is_(None))
    ).one_or_none()
    if row is None or row.SignInSession.expires_at <= row.now or not row.Person.is_active:
        return None
    person = row.Person
    return Viewer(
        person_id=person.id,
        public_id=person.public_id,
        name=person.name,
        is_owner=person.is_owner,
        now=row.now,
        session_id=row.SignInSession.id,
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


def open_sessions(person: Person) -> list[SignInSession]:
    return list(
        db.session.scalars(
            select(SignInSession).where(
                SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
            )
        )
    )
