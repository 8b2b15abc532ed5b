"""Whose the company's accounts are."""

from sqlalchemy import select

from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.db.models.signing_in import CompanyAccount, KeptText
from reviews.people.addresses import email_key


def account_of_subject(provider: str, subject: str) -> CompanyAccount | None:
    """Locked, so that of two who come back from one way at once the second finds it used."""
    return db.session.scalars(
        select(CompanyAccount)
        .where(CompanyAccount.provider == provider, CompanyAccount.subject == subject)
        .with_for_update()
    ).one_or_none()


def person_of_address(email: str) -> tuple[Person, CompanyAccount | None] | None:
    """Who has the address, with the company's account that is known of them. One query, whoever has it."""
    row = db.session.execute(
        select(Person, CompanyAccount)
        .outerjoin(CompanyAccount, CompanyAccount.person_id == Person.id)
        .where(Person.email_key == email_key(email))
    ).one_or_none()
    return None if row is None else (row.Person, row.CompanyAccount)


def account_of(person_id: int) -> CompanyAccount | None:
    return db.session.scalars(
        select(CompanyAccount)
        .where(CompanyAccount.person_id == person_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def kept_text(handle_hash: str) -> KeptText | None:
    return db.session.scalars(
        select(KeptText).where(KeptText.handle_hash == handle_hash)
    ).one_or_none()
