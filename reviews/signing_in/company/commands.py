"""What helps where the provider has got other words for people, or an owner is kept out."""

import click

from reviews.db.extensions import db
from reviews.people.queries import now, person_by_email
from reviews.rules.errors import RuleBroken
from reviews.signing_in.company import service


def take_off_company_sign_in(email: str, reason: str) -> None:
    """Forget which account of the company belongs to the person with address EMAIL. They are told, with the REASON."""
    person = person_by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    try:
        service.take_off(person, actor=None, reason=reason, at=now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    click.echo(f"{person.name} is known by their address the next time, and is told of it.")
