"""`flask --app reviews cycles add-owner`: one more owner for a cycle that is running."""

import click

from reviews.cycles import queries
from reviews.cycles.owners import service
from reviews.db.extensions import db
from reviews.people.queries import now, person_by_email
from reviews.rules.errors import RuleBroken


def add_owner(cycle: str, email: str) -> None:
    """Let the person with address EMAIL run CYCLE too, named as in its address. Leaves an audit line."""
    found, person = queries.cycle_called(cycle), person_by_email(email)
    if found is None:
        raise click.ClickException(f"No cycle has {cycle} in its address.")
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    try:
        is_new = service.add_owner(found, person, actor=None, now=now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    if not is_new:
        raise click.ClickException(f"{person.name} owns {found.name} already.")
    db.session.commit()
    click.echo(f"{person.name} is an owner of {found.name}.")
