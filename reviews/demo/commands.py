"""What `flask --app reviews demo` does."""

from pathlib import Path

import click

from reviews.db.extensions import db
from reviews.demo import seed
from reviews.people.queries import now
from reviews.rules.errors import RuleBroken
from reviews.web.mode import is_demo

_LADDERS = Path(__file__).resolve().parents[2] / "ladders" / "demo"


def fill_and_list() -> None:
    """Fill an empty demo database, and print who can sign in."""
    if not is_demo():
        raise click.ClickException("The demo needs LEVELSET_MODE=demo.")
    if not seed.is_seeded():
        click.echo("Making the demo organisation ...")
        try:
            seed.seed(now(), _LADDERS)
        except RuleBroken as broken:
            raise click.ClickException(str(broken)) from broken
        db.session.commit()
    click.echo(f"Sign in with the password: {seed.PASSWORD}")
    for account in seed.accounts():
        click.echo(f"  {account.role:<22}{account.email:<52}{account.waits}")
