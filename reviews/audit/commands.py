"""`flask --app reviews audit verify`."""

import click

from reviews.audit import queries


def verify() -> None:
    """Walk the chain of the audit log and say where it first breaks."""
    found = queries.verify()
    if found.broken:
        raise click.ClickException(f"The audit log is broken: {found.broken}")
    click.echo(f"The audit log is whole: {found.intact} lines.")
