"""`flask --app reviews audit verify` and `audit anchor`."""

from pathlib import Path

import click
from sqlalchemy import select

from reviews.audit import anchor, verification
from reviews.db import clock
from reviews.db.extensions import db


def verify(against: tuple[Path, ...]) -> None:
    """Walk the audit log and say everywhere where it is broken."""
    found = verification.verify(against)
    if found.places:
        more = [f"and {found.more} more places."] if found.more else []
        places = "\n".join(f"- {place}" for place in [*found.places, *more])
        raise click.ClickException(f"The audit log is broken.\n{places}")
    click.echo(f"The audit log is whole: {found.lines} lines.")
    if not (anchor.place() or against):
        click.echo("No anchor was asked: whether newer lines were taken away is not known.")


def print_anchor(*, append: bool) -> None:
    """Print how far the log has come as one line, to be kept elsewhere."""
    now = db.session.execute(select(clock.now_sql())).scalar_one()
    line = verification.line_of_heads(now)
    if line is None:
        raise click.ClickException("The heads of the audit log are broken: run audit verify.")
    if append and not anchor.place():
        raise click.ClickException("AUDIT_ANCHOR names no file.")
    if append:
        anchor.append(line)
    click.echo(line)
