"""Accounts on the command line."""

import click

from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import queries, service
from reviews.people.as_typed import what_is_wrong_as_typed
from reviews.rules.errors import RuleBroken
from reviews.web.links import public_link


def add_owner(name: str, email: str) -> None:
    """Make the first owner and print a link with which they choose a password."""
    for column, typed in (("name", name), ("email", email)):
        if wrong := what_is_wrong_as_typed(column, typed):
            raise click.ClickException(f"The {column} {wrong}")
    try:
        _, token = service.add_owner(name=name, email=email, at=queries.now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    _show(token)


def sign_in_link(email: str) -> None:
    """Print a link with which somebody chooses a new password. Leaves an audit line."""
    person = _person(email)
    try:
        token = service.issue_link(person, actor=None, at=queries.now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    _show(token)


def _show(token: str) -> None:
    click.echo(public_link("signing_in.use_link", token=token))
    click.echo("Whoever it is for is told at the next sign-in that it was shown here.", err=True)


def close_account(email: str) -> None:
    """Close the account of the person with address EMAIL. Leaves an audit line."""
    person = _person(email)
    if not person.is_active:
        raise click.ClickException(f"The account of {person.name} is closed already.")
    service.deactivate(person, actor=None, at=queries.now())
    db.session.commit()
    click.echo(f"The account of {person.name} is closed.")


def open_account(email: str) -> None:
    """Open a closed account again. Leaves an audit line."""
    person = _person(email)
    if person.is_active:
        raise click.ClickException(f"The account of {person.name} is open.")
    service.activate(person, actor=None, at=queries.now())
    db.session.commit()
    click.echo(f"The account of {person.name} is open again.")


def _person(email: str) -> Person:
    person = queries.person_by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return person
