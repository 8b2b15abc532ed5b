"""Commands of `flask --app reviews`."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from reviews.extensions import db
from reviews.people import queries, service
from reviews.refusals import RuleBroken

people_group = AppGroup("people", help="Accounts.")


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


def init_app(app: Flask) -> None:
    app.cli.add_command(people_group)
