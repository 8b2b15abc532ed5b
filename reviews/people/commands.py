"""Accounts on the command line, and the roster from a file with the rules and the preview of the web page."""

from pathlib import Path

import click

from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import importing, queries, service
from reviews.people.importing import RosterPreview
from reviews.people.roster_file import what_is_wrong_as_typed
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


def import_people(file: Path, *, apply: bool) -> None:
    """Show what FILE would change in the roster, and with --apply change it."""
    try:
        read = importing.read(importing.text_of(file.read_bytes()))
        preview = importing.preview(read)
        _print(preview)
        if preview.plan.problems:
            raise click.ClickException("The file has mistakes, so nothing was imported.")
        if apply:
            importing.apply(read, digest=None, leavers_read=True, actor=None, at=queries.now())
            db.session.commit()
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    click.echo("Imported." if apply else "Nothing was changed. Run it again with --apply.")


def _print(preview: RosterPreview) -> None:
    plan = preview.plan
    for problem in plan.problems:
        column = f", {problem.column}" if problem.column else ""
        click.echo(f"line {problem.line}{column}: {problem.sentence}", err=True)
    for entry in plan.new:
        click.echo(f"new      {entry.employee_id}  {entry.name}")
    for person in plan.changed:
        for change in person.fields:
            click.echo(
                f"changed  {person.employee_id}  {person.name}:"
                f" {change.field} {change.before!r} -> {change.after!r}"
            )
    for known in plan.leaving:
        click.echo(f"leaving  {known.employee_id}  {known.name}")
    click.echo(
        f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.leaving)} leaving,"
        f" {plan.unchanged} unchanged"
    )
