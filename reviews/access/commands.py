"""`flask --app reviews explain`."""

import click

from reviews.access import explain as explaining
from reviews.rules.errors import RuleBroken


def explain(person: str, packet: str, action: str) -> None:
    """Print what a person is to a packet, and what the policy makes of it."""
    try:
        for line in explaining.explain(person, packet, action):
            click.echo(line)
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken
