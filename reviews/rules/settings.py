"""What an application refuses to start with: each a sentence that says what to set, all of them at once."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from reviews.rules.company_provider import company_faults
from reviews.rules.mail_server import mail_faults

MODES = ("production", "demo", "test")
SECOND_FACTOR_FOR = ("", "owners and chairs", "everybody")
LOG_LEVELS = ("INFO", "WARNING", "ERROR", "CRITICAL")
#: Below this, a signed cookie in somebody's hands is enough to find the secret by trying.
_SHORTEST_SECRET = 32
_FEWEST_CHARACTERS = 8
#: So many characters in a row stand only once in two random texts, forwards and backwards.
_PIECE = 8
#: In what is written where a secret belongs, by people and in examples; none stands in a random text.
_PUBLISHED = re.compile(
    r"change\W?me|replace\W?(me|this)|neverforpeople|your\W?(own\W?)?(secret|key)|secret\W?key|password"
    r"|insecure|example|levelset|onlyfor|putyour"
)
#: More proxies than anybody has in a row.
_MOST_PROXIES = 9
#: In minutes: a session ends after twelve hours in any case.
_LONGEST_IDLE = 12 * 60
#: The product is younger.
_FIRST_YEAR = 2025
#: Machines of one site differ by less.
_CLOCK_MAY_DIFFER = timedelta(hours=1)
#: File systems over a network, where locks are only promised.
_OVER_A_NETWORK = re.compile(
    r"^(nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|glusterfs|davfs\w*|fuse\.(sshfs|gluster\w*|ceph\w*|s3fs|rclone|davfs\w*))$"
)
_MAKE_A_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' prints one."  # noqa: S105 - no secret


def host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def setting_faults(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings, by the names of `config.py`."""
    mode = settings["MODE"]
    if mode not in MODES:
        # What else is right depends on it.
        return [f"LEVELSET_MODE is none of {', '.join(MODES)}."]
    faults = _number_faults(settings)
    if settings["LOG_LEVEL"] not in LOG_LEVELS:
        faults.append(
            f"LOG_LEVEL is {settings['LOG_LEVEL']}, and not one of {', '.join(LOG_LEVELS)}."
        )
    faults += mail_faults(settings["MAIL_URL"], settings["MAIL_FROM"])
    faults += company_faults(settings)
    if settings["SECOND_FACTOR_FOR"] not in SECOND_FACTOR_FOR:
        faults.append(
            f"SECOND_FACTOR_FOR is {settings['SECOND_FACTOR_FOR']}, and not “owners and chairs”, “everybody” or empty."
        )
    if mode == "production":
        faults += _production_faults(settings)
    elif not settings["SECRET_KEY"]:
        faults.append("SECRET_KEY is empty.")
    return faults


def _number_faults(settings: Mapping[str, Any]) -> list[str]:
    faults = []
    if not _is_number(settings["PROXIES"], 0, _MOST_PROXIES):
        faults.append(
            f"PROXIES is no number from 0 to {_MOST_PROXIES}: set it to how many proxies are in front."
        )
    if not _is_number(settings["PORT"], 1, 65535):
        faults.append("PORT is no number from 1 to 65535.")
    if not _is_number(settings["SESSION_IDLE_MINUTES"], 1, _LONGEST_IDLE):
        faults.append(
            f"SESSION_IDLE_MINUTES is no number from 1 to {_LONGEST_IDLE}: set it to after how many minutes without a"
            " request a session ends."
        )
    return faults


def _is_number(given: object, least: int, most: int) -> bool:
    text = str(given)
    return text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most


def _production_faults(settings: Mapping[str, Any]) -> list[str]:
    faults = []
    if not settings["SECRET_KEY"]:
        faults.append(
            "SECRET_KEY is not set. Only demo and test mode have a secret of their own."
            f" {_MAKE_A_SECRET}"
        )
    else:
        faults += _secret_faults("SECRET_KEY", settings["SECRET_KEY"])
    if not settings["AUDIT_KEY"]:
        faults.append(
            f"AUDIT_KEY is not set. {_MAKE_A_SECRET} Where there is an audit log already that was written without"
            " one, see docs/operations.md: it is keyed with SECRET_KEY."
        )
    elif settings["AUDIT_KEY"] == settings["SECRET_KEY"]:
        faults.append("AUDIT_KEY is the same as SECRET_KEY: set one of them to another value.")
    else:
        faults += _secret_faults("AUDIT_KEY", settings["AUDIT_KEY"])
        if _have_a_piece_in_common(settings["AUDIT_KEY"], settings["SECRET_KEY"] or ""):
            faults.append(
                f"AUDIT_KEY and SECRET_KEY have {_PIECE} characters in a row in common, forwards or backwards: whoever"
                f" knows one would find the other. Make each for itself. {_MAKE_A_SECRET}"
            )
    if not is_public_url(settings["PUBLIC_URL"]):
        faults.append(
            f"PUBLIC_URL is {settings['PUBLIC_URL']}. It has to be the address that people use, with https:// and"
            " without a path, such as https://reviews.example.org."
        )
    if settings["DEBUG"]:
        faults.append("Debugging is on, which shows texts and lets code be run: unset FLASK_DEBUG.")
    if settings["TESTING"]:
        faults.append("TESTING is on, and is for tests alone: unset it.")
    return faults


def _secret_faults(name: str, secret: str) -> list[str]:
    """What is wrong with a secret; never what it is."""
    plain = secret.casefold().replace(" ", "")
    if len(secret) < _SHORTEST_SECRET:
        wrong = f"is shorter than {_SHORTEST_SECRET} characters"
    elif _PUBLISHED.search(plain):
        wrong = "stands in an example, or is made of words that everybody tries first"
    elif len(set(secret)) < _FEWEST_CHARACTERS:
        wrong = f"has fewer than {_FEWEST_CHARACTERS} different characters"
    elif _says_something_twice(plain):
        wrong = f"has the same {_PIECE} characters in a row twice, forwards or backwards"
    elif _in_a_row(plain) * 2 > len(plain):
        wrong = "runs along the alphabet, or repeats one character"
    else:
        return []
    return [f"{name} {wrong}. {_MAKE_A_SECRET}"]


def _says_something_twice(text: str) -> bool:
    pieces = _pieces(text)
    # A piece that reads alike both ways is no second one: chance makes those.
    return len({*pieces}) < len(pieces) or any(
        piece[::-1] in text[at + _PIECE :] for at, piece in enumerate(pieces)
    )


def _have_a_piece_in_common(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return not {*_pieces(one)}.isdisjoint(_pieces(other) + _pieces(other[::-1]))


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(len(text) - _PIECE + 1)]


def _in_a_row(text: str) -> int:
    """How many characters are the same as the one before, or its neighbour."""
    return sum(abs(ord(one) - ord(other)) <= 1 for one, other in pairwise(text))


def is_public_url(url: str) -> bool:
    """Whether it is the root of a host under https, in its plainest form."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = f"https://{host}" if port is None else f"https://{host}:{port}"
    return bool(re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host)) and url.lower() == plain


def file_faults(
    file: PurePath, modes: Mapping[PurePath, int], folder_mode: int, mounts: str
) -> list[str]:
    """What is wrong with where a SQLite database is.

    Args:
        modes: the permissions of the file, and of its journals where there are any.
        folder_mode: those of its folder.
        mounts: the text of /proc/mounts; empty where there is none.
    """
    faults = [
        f"{path} can be read by others than its owner: chmod 600 {path}"
        for path, mode in modes.items()
        if mode & 0o077
    ]
    if folder_mode & 0o077:
        faults.append(
            f"{file.parent} is open to others than its owner: chmod 700 {file.parent}, or keep the database in a"
            " folder of its own."
        )
    kind = file_system_of(file, mounts)
    if _OVER_A_NETWORK.match(kind):
        faults.append(
            f"{file} is on a network file system ({kind}), where SQLite can lose what it has saved: keep it on a"
            " disk of this machine, or use PostgreSQL."
        )
    return faults


def file_system_of(file: PurePath, mounts: str) -> str:
    """The kind of the file system that a file is on, as /proc/mounts calls it; empty if it cannot be told."""
    found, kind = -1, ""
    for line in mounts.splitlines():
        words = line.split()
        if len(words) < 3:
            continue
        # A later one lies over an earlier one.
        at = PurePath(words[1].replace("\\040", " "))
        if file.is_relative_to(at) and len(at.parts) >= found:
            found, kind = len(at.parts), words[2]
    return kind


def server_faults(values: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings of a PostgreSQL server: whatever loses what it has acknowledged."""
    return [
        f"PostgreSQL's {name} is off, so that a power cut loses what was saved: set {name} = on in postgresql.conf."
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if values.get(name) == "off"
    ]


def server_warnings(values: Mapping[str, str]) -> list[str]:
    """The settings of a PostgreSQL server with which it keeps what it has saved, and could keep it better."""
    return [name for name in ("data_checksums",) if values.get(name) == "off"]


def clock_faults(now: datetime) -> list[str]:
    if now >= datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC):
        return []
    return [f"The clock says {now:%Y-%m-%d %H:%M} UTC: set the clock of the machine."]


def is_before(now: datetime, newest: datetime | None) -> bool:
    """Whether the clock says that something which has happened lies far ahead."""
    return newest is not None and now < newest - _CLOCK_MAY_DIFFER
