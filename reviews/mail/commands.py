"""Mail on the command line: for a mail server that hands over what came back."""

import sys

import click

from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.mail import sending, service
from reviews.mail.bounces import MOST_BYTES, read_bounce


def bounced() -> None:
    """Note the delivery status notification on standard input. Never fails for what it reads: nothing bounces back."""
    found = read_bounce(sys.stdin.buffer.read(MOST_BYTES))
    person = None
    if found is not None:
        begin_write()
        person = service.note_bounce(found, at=sending.database_instant())
        db.session.commit()
    if person is None:
        click.echo("This is no report about a message that was sent, and nothing was noted.")
    else:
        click.echo(f"Noted: a message to {person.name} came back.")
