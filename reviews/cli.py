"""Commands of `flask --app reviews`. Each is imported when it is called, so that none waits for all the others."""

import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

ROOT = Path(__file__).resolve().parent.parent


def _command(
    name: str,
    place: str,
    about: str,
    *params: click.Parameter,
    needs_app: bool = True,
    takes_ids: bool = False,
) -> click.Command:
    """A command of this name and with this help. What does it is imported when it runs.

    Args:
        place: the function, as "module:name". It gets the parameters by name.
        needs_app: whether it needs the application, and with it a secret and a database.
        takes_ids: whether an argument may begin with a dash, as ids do.
    """

    def run(**given: Any) -> None:
        module, _, function = place.partition(":")
        getattr(import_module(module), function)(**given)

    return click.Command(
        name,
        callback=with_appcontext(run) if needs_app else run,
        params=list(params),
        help=about,
        context_settings={"ignore_unknown_options": True} if takes_ids else None,
    )


def _file() -> click.Path:
    return click.Path(exists=True, dir_okay=False, path_type=Path)


def _groups() -> list[click.Group]:
    return [
        click.Group(
            "audit",
            help="The audit log.",
            commands=[
                _command(
                    "verify",
                    "reviews.audit.commands:verify",
                    "Walk the audit log and say everywhere where it is broken.",
                    click.Option(
                        ["--against"],
                        type=_file(),
                        multiple=True,
                        help="A file with lines that audit anchor printed.",
                    ),
                ),
                _command(
                    "anchor",
                    "reviews.audit.commands:print_anchor",
                    "Print how far the audit log has come as one line, to be kept elsewhere.",
                    click.Option(
                        ["--append"], is_flag=True, help="Write it into the anchor as well."
                    ),
                ),
            ],
        ),
        click.Group(
            "cycles",
            help="Cycles.",
            commands=[
                _command(
                    "add-owner",
                    "reviews.cycles.commands:add_owner",
                    "Let the person with address EMAIL run CYCLE too, named as in its address. Leaves an audit line.",
                    click.Argument(["cycle"]),
                    click.Argument(["email"]),
                    takes_ids=True,
                ),
            ],
        ),
        click.Group(
            "ladders",
            help="Ladders.",
            commands=[
                _command(
                    "export",
                    "reviews.ladder_library.commands:export_ladder",
                    "Print the version with this PUBLIC_ID as a ladder/1 file.",
                    click.Argument(["public_id"]),
                    takes_ids=True,
                ),
                _command(
                    "import",
                    "reviews.ladder_library.commands:import_ladder",
                    "Import FILE as a draft, its questions answered as the document suggests.",
                    click.Argument(["file"], type=_file()),
                    click.Option(
                        ["--publish"], is_flag=True, help="Publish it, with the suggested answers."
                    ),
                ),
                _command(
                    "preview",
                    "reviews.ladder_library.commands:preview",
                    "Show what an import of FILES as one ladder would make, and what it would ask.\n\n"
                    "Nothing is written, and neither a database nor a secret is needed. What is refused is an error,"
                    " with --json also as an object: no ladder, for the reason given.",
                    click.Argument(["files"], nargs=-1, required=True, type=_file()),
                    click.Option(
                        ["--json", "as_json"], is_flag=True, help="Print one JSON object."
                    ),
                    needs_app=False,
                ),
            ],
        ),
        click.Group(
            "mail",
            help="Mail.",
            commands=[
                _command(
                    "bounced",
                    "reviews.mail.commands:bounced",
                    "Note the delivery report on standard input: a message came back. For an alias of the mail server.",
                ),
            ],
        ),
        click.Group(
            "people",
            help="Accounts.",
            commands=[
                _command(
                    "add-owner",
                    "reviews.people.commands:add_owner",
                    "Make the first owner and print a link with which they choose a password.",
                    click.Argument(["name"]),
                    click.Argument(["email"]),
                ),
                _command(
                    "import",
                    "reviews.roster.commands:import_people",
                    "Show what FILE would change in the roster, and with --apply change it.\n\n"
                    "FILE is the whole roster: whoever is not in it leaves, unless --only-these is said.",
                    click.Argument(["file"], type=_file()),
                    click.Option(
                        ["--apply"], is_flag=True, help="Do it. Without this, nothing is changed."
                    ),
                    click.Option(
                        ["--only-these"], is_flag=True, help="Nobody leaves, whoever is missing."
                    ),
                    click.Option(
                        ["--map", "told_columns"],
                        multiple=True,
                        metavar="FIELD=HEADING",
                        help="Read a field from this column; name, email, manager_number and so on.",
                    ),
                    click.Option(
                        ["--leave-out"], is_flag=True, help="Import all but those with mistakes."
                    ),
                    click.Option(
                        ["--same"],
                        multiple=True,
                        metavar="EMPLOYEE_ID",
                        help="This person of the file is who had the address.",
                    ),
                    click.Option(
                        ["--other"],
                        multiple=True,
                        metavar="EMPLOYEE_ID",
                        help="This person of the file is somebody else, who has the address now.",
                    ),
                ),
                _command(
                    "close",
                    "reviews.people.commands:close_account",
                    "Close the account of the person with address EMAIL. Leaves an audit line.",
                    click.Argument(["email"]),
                ),
                _command(
                    "open",
                    "reviews.people.commands:open_account",
                    "Open a closed account again. Leaves an audit line.",
                    click.Argument(["email"]),
                ),
                _command(
                    "sign-in-link",
                    "reviews.people.commands:sign_in_link",
                    "Print a link with which somebody chooses a new password. Leaves an audit line.",
                    click.Argument(["email"]),
                ),
                _command(
                    "take-off-second-factors",
                    "reviews.signing_in.commands:take_off_second_factors",
                    "Let somebody who has lost theirs sign in with the password alone. Leaves an audit line.",
                    click.Argument(["email"]),
                    click.Argument(["reason"]),
                ),
                _command(
                    "take-off-company-sign-in",
                    "reviews.signing_in.company.commands:take_off_company_sign_in",
                    "Forget which account of the company is somebody's: the next sign-in goes by the address. Leaves an"
                    " audit line.",
                    click.Argument(["email"]),
                    click.Argument(["reason"]),
                ),
            ],
        ),
    ]


class MigrationGroup(click.Group):
    """Flask-Migrate's commands, imported when one of them is asked for."""

    def __init__(self, app: Flask) -> None:
        super().__init__("db", help="Migrate the database.")
        self.app = app

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        return prepare_migrations(self.app).make_context(info_name, args, parent, **extra)


def prepare_migrations(app: Flask) -> click.Group:
    """Let Flask-Migrate work on the application's database; its commands."""
    from flask_migrate import Migrate
    from flask_migrate.cli import db as commands

    from reviews.db import migrations
    from reviews.db.extensions import db

    if "migrate" not in app.extensions:
        folder = str(migrations.FOLDER)
        Migrate(app, db, directory=folder, compare_type=True, render_as_batch=True)
    group: click.Group = commands
    return group


@click.command("serve")
def serve() -> None:
    """Serve the application at 127.0.0.1, with its worker; PORT names another port than 8000."""
    port = os.environ.get("PORT", "8000")
    click.echo(f"Levelset is at http://127.0.0.1:{port}")
    tools = Path(sys.executable).parent
    gunicorn = [
        str(tools / "gunicorn"),
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--workers=2",
        "--threads=4",
        "--no-control-socket",
        "reviews:create_app()",
    ]
    end_together(gunicorn, [str(tools / "flask"), "--app", "reviews", "worker"])


def end_together(*commands: list[str]) -> None:
    """Run programs side by side until one of them ends, or this one is told to; then all of them are told."""
    running = [subprocess.Popen(command) for command in commands]  # noqa: S603 - our own

    def stop(*_: object) -> None:
        for each in running:
            each.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while all(each.poll() is None for each in running):
        time.sleep(0.2)
    stop()
    ended = [each.wait() for each in running]
    sys.exit(max(abs(code) for code in ended))


@click.command("write-tables")
def write_tables() -> None:
    """Write docs/permissions.md, docs/states.md and docs/glossary.md from the tables that they show."""
    from reviews.rules import generated_docs

    for name, text in generated_docs.pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")


def init_app(app: Flask) -> None:
    for group in (*_groups(), MigrationGroup(app)):
        app.cli.add_command(group)
    for command in (
        _command(
            "backup",
            "reviews.keeping.commands:backup",
            "Write the whole database into FILE, which may not be there yet. People can go on working.",
            click.Argument(["file"], type=click.Path(dir_okay=False, path_type=Path)),
        ),
        _command(
            "restore",
            "reviews.keeping.commands:restore",
            "Put the backup FILE into the empty database, once all of it is found to be whole.",
            click.Argument(["file"], type=_file()),
            click.Option(["--check"], is_flag=True, help="Only look at FILE; change nothing."),
            click.Option(
                ["--replace"],
                is_flag=True,
                help="Into a database that is not empty: what is in it is lost.",
            ),
        ),
        _command(
            "demo",
            "reviews.demo.commands:fill_and_list",
            "Fill an empty demo database, and print who can sign in.",
        ),
        _command(
            "explain",
            "reviews.access.commands:explain",
            "Say why PERSON may or may not do ACTION to PACKET, such as: explain ada@example.org t3Xk... READ_BALLOTS.",
            click.Argument(["person"]),
            click.Argument(["packet"]),
            click.Argument(["action"]),
            takes_ids=True,
        ),
        _command(
            "worker",
            "reviews.worker:run",
            "Send the mail that waits, and go on until it is stopped. It runs beside the server.",
        ),
        serve,
        write_tables,
    ):
        app.cli.add_command(command)
