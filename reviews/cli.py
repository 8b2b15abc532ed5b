"""Commands of `flask --app reviews`. Each is imported when it is called, so that none waits for all the others."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

ROOT = Path(__file__).resolve().parent.parent

#: Where each command stands. What needs no database is marked by `_OFFLINE`.
_GROUPS = {
    "audit": ("The audit log.", {"verify": "reviews.audit.commands:verify"}),
    "cycles": ("Cycles.", {"add-owner": "reviews.cycles.commands:add_owner"}),
    "ladders": (
        "Ladders.",
        {
            "export": "reviews.ladder_library.commands:export_ladder",
            "import": "reviews.ladder_library.commands:import_ladder",
            "preview": "reviews.ladder_library.commands:preview",
        },
    ),
    "people": (
        "Accounts.",
        {
            "add-owner": "reviews.people.commands:add_owner",
            "import": "reviews.people.commands:import_people",
            "sign-in-link": "reviews.people.commands:sign_in_link",
        },
    ),
}
_OFFLINE = {"reviews.ladder_library.commands:preview"}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def __init__(self, name: str, *, help: str, places: dict[str, str]) -> None:  # noqa: A002 - of click
        super().__init__(name, help=help)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - of click
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - of click
        if cmd_name not in self.places:
            return None
        place = self.places[cmd_name]
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        callback = command.callback
        if callback is not None and place not in _OFFLINE:
            command.callback = with_appcontext(callback)
        command.name = cmd_name
        return command


class Migrations(click.Command):
    """Flask-Migrate's group `db`, imported when it is called."""

    def __init__(self, app: Flask) -> None:
        super().__init__("db", short_help="Perform database migrations.")
        self.app = app

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        from flask_migrate.cli import db as group

        from reviews.db import migrations

        migrations.init_app(self.app)
        context: click.Context = group.make_context(info_name, args, parent, **extra)
        return context


@click.command("demo", short_help="Fill an empty demo database, and print who can sign in.")
@with_appcontext
def demo() -> None:
    """Fill an empty demo database, and print who can sign in."""
    from reviews.demo.commands import fill_and_list

    fill_and_list()


# An id may begin with a dash.
@click.command("explain", context_settings={"ignore_unknown_options": True})
@click.argument("person")
@click.argument("packet")
@click.argument("action")
@with_appcontext
def explain(person: str, packet: str, action: str) -> None:
    """Say why PERSON may or may not do ACTION to PACKET, such as: explain ada@example.org t3Xk... READ_BALLOTS."""
    from reviews.access import explain as explaining
    from reviews.rules.errors import RuleBroken

    try:
        for line in explaining.explain(person, packet, action):
            click.echo(line)
    except RuleBroken as broken:
        raise click.ClickException(str(broken)) from broken


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
            "reviews:create_app()",
        ],
    )


@click.command("write-tables")
def write_tables() -> None:
    """Write docs/permissions.md and docs/states.md from the tables that rule."""
    from reviews.rules import generated_docs

    docs = ROOT / "docs"
    (docs / "permissions.md").write_text(generated_docs.permissions(), encoding="utf-8")
    (docs / "states.md").write_text(generated_docs.states(), encoding="utf-8")


def init_app(app: Flask) -> None:
    for name, (about, places) in _GROUPS.items():
        app.cli.add_command(LazyGroup(name, help=about, places=places))
    for command in (Migrations(app), demo, explain, serve, write_tables):
        app.cli.add_command(command)
