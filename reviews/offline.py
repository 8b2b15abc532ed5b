"""Commands that read files and nothing else: they need no secret, no database and no web page."""

from collections.abc import Sequence

from flask import Flask

_COMMANDS = (["ladders", "preview"],)


def is_asked_for(arguments: Sequence[str]) -> bool:
    """Whether the command line names one of these commands."""
    words = [word for word in arguments if not word.startswith("-")]
    return any(command == words[at : at + 2] for command in _COMMANDS for at in range(2))


def only(app: Flask) -> Flask:
    """The application with these commands and no page: it can serve nothing."""
    from reviews.ladder_pages.commands import ladders_group

    app.cli.add_command(ladders_group)
    return app
