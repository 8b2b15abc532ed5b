"""What the last owner needs who has lost the second factor."""

import click

from reviews.db.extensions import db
from reviews.people.queries import now, person_by_email
from reviews.rules.errors import RuleBroken
from reviews.signing_in import service


def take_off_second_factors(email: str, reason: str) -> None:
    """Let the person with address EMAIL sign in with the password alone. They are told, with the REASON."""
    person = person_by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    try:
        service.reset_factors(person, actor=None, reason=reason, at=now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    click.echo(f"{person.name} signs in with the password alone now, and is told of it.")
