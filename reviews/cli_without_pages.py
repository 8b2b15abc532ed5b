"""What needs no secret, no database and no web page: commands that read files, and help about any command."""

from collections.abc import Sequence

_COMMANDS = (["ladders", "preview"], ["write-tables"])
_HELP = "--help"


def is_asked_for(arguments: Sequence[str]) -> bool:
    """Whether the command line names one of these commands, or asks for help."""
    words = [word for word in arguments if not word.startswith("-")]
    reads = any(command == words[at : at + 2] for command in _COMMANDS for at in range(2))
    return reads or _HELP in arguments
