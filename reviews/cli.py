"""Commands of `flask --app reviews`."""

import os
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from reviews import documents
from reviews.audit.queries import verify
from reviews.cycles.commands import cycles_group
from reviews.demo import seed
from reviews.extensions import db
from reviews.ladder_pages.commands import ladders_group
from reviews.people import queries, service
from reviews.people.commands import import_people
from reviews.refusals import RuleBroken

people_group = AppGroup("people", help="Accounts.")
audit_group = AppGroup("audit", help="The audit log.")


@people_group.command("add-owner")
@click.argument("name")
@click.argument("email")
def add_owner(name: str, email: str) -> None:
    """Make the first owner and print a link with which they choose a password."""
    try:
        _, token = service.add_owner(name=name, email=email, at=queries.now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    click.echo(f"{current_app.config['PUBLIC_URL']}/sign-in/link/{token}")


@people_group.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link with which somebody chooses a new password. Leaves an audit line."""
    person = queries.person_by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    try:
        token = service.issue_link(person, actor=None, at=queries.now())
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
    db.session.commit()
    click.echo(f"{current_app.config['PUBLIC_URL']}/sign-in/link/{token}")


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill an empty demo database, and print who can sign in."""
    if current_app.config["MODE"] != "demo":
        raise click.ClickException("The demo needs LEVELSET_MODE=demo.")
    if not seed.is_seeded():
        click.echo("Making the demo organisation ...")
        ladders = Path(current_app.root_path).parent / "ladders" / "demo"
        try:
            seed.seed(queries.now(), ladders)
        except RuleBroken as broken:
            raise click.ClickException(str(broken)) from broken
        db.session.commit()
    click.echo(f"Sign in with the password: {seed.PASSWORD}")
    for account in seed.accounts():
        click.echo(f"  {account.role:<22}{account.email:<52}{account.waits}")


@click.command("serve")
def serve() -> None:
    """Serve the application at 127.0.0.1; PORT names another port than 8000."""
    port = os.environ.get("PORT", "8000")
    click.echo(f"Levelset is at http://127.0.0.1:{port}")
    gunicorn = Path(sys.executable).with_name("gunicorn")
    os.execv(  # noqa: S606 - our own server, with our own arguments
        gunicorn,
        [
            str(gunicorn),
            f"--bind=127.0.0.1:{port}",
            "--worker-class=gthread",
            "--workers=2",
            "--threads=4",
            "--no-control-socket",
            "--log-level=warning",
            "reviews:create_app()",
        ],
    )


@audit_group.command("verify")
def verify_audit() -> None:
    """Walk the chain of the audit log and say where it first breaks."""
    found = verify()
    if found.broken:
        raise click.ClickException(f"The audit log is broken: {found.broken}")
    click.echo(f"The audit log is whole: {found.intact} lines.")


@click.command("write-tables")
def write_tables() -> None:
    """Write docs/permissions.md and docs/states.md from the tables that rule."""
    docs = Path(current_app.root_path).parent / "docs"
    (docs / "permissions.md").write_text(documents.permissions(), encoding="utf-8")
    (docs / "states.md").write_text(documents.states(), encoding="utf-8")


def init_app(app: Flask) -> None:
    people_group.add_command(import_people)
    groups = (people_group, ladders_group, cycles_group, audit_group)
    for command in (*groups, write_tables, demo, serve):
        app.cli.add_command(command)
