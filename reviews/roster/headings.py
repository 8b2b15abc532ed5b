"""What the headings of a people file mean, in the words of many people systems and languages: `headings.toml`."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

#: Fields that a column can be of, in the order in which a page asks for them.
FIELDS = (
    "employee_id",
    "name",
    "first_name",
    "last_name",
    "email",
    "manager",
    "title",
    "level",
    "unit",
    "status",
)
_LONGEST_HEADING = 120
#: Letters that no decomposition takes apart.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "ß": "ss",
        "đ": "d",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "#": " number ",
        "№": " number ",
    }
)
_VOCABULARY = (
    "other_peoples",
    "nobody",
    "footer",
    "left",
    "left_alone",
    "not_yet",
    "works_here",
    "yes",
    "no",
    "leaving_dates",
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def heading_words(cell: str) -> str:
    """Small letters without accents: "E-Mail (Primary)" -> "email primary", "firstName" -> "first name"."""
    if len(cell) > _LONGEST_HEADING:
        return ""
    text = unicodedata.normalize("NFKD", _HUMP.sub(" ", cell)).casefold().translate(_PLAIN)
    plain = "".join(each for each in text if not unicodedata.combining(each))
    return " ".join(_NOT_A_WORD.sub(" ", re.sub(r"\be[- ]mail", "email", plain)).split())


def rank(field: str, cell: str) -> int | None:
    """How surely a column with this heading is of the field: 0 is surest, None not at all."""
    return _ranks()[field].get(heading_words(cell))


def is_somebody_elses(cell: str) -> bool:
    """Whether the heading speaks of a private address, or of another person than the one of the row."""
    return not _vocabulary()["other_peoples"].isdisjoint(heading_words(cell).split())


def meant(cells: Iterable[str]) -> int:
    """How many cells are headings that are known."""
    known = _ranks()
    return sum(
        any(heading_words(cell) in known[field] for field in FIELDS) for cell in cells if cell
    )


def means_nobody(cell: str) -> bool:
    """Whether a manager's cell says that there is none: a dash, zeros, or a word for it."""
    text = cell.strip().casefold()
    return (
        not any(each.isalnum() and each != "0" for each in text) or text in _vocabulary()["nobody"]
    )


def means_left(heading: str, cell: str) -> bool:
    """Whether the status of a line says that its person has left; in a column such as "Active" a plain "no" does."""
    words = heading_words(cell)
    known = _vocabulary()
    if rank("active", heading) is not None and words in known["no"]:
        return True
    if words in known["left_alone"]:
        return True
    # On leave, or before the last day.
    return _has("left", words) and not _has("not_yet", words)


def means_works_here(heading: str, cell: str) -> bool:
    """Whether the status of a line is one of those that people have who have not left."""
    words = heading_words(cell)
    if rank("active", heading) is not None and words in _vocabulary()["yes"]:
        return True
    return _has("works_here", words) and not means_left(heading, cell)


def _has(name: str, words: str) -> bool:
    return any(f" {each} " in f" {words} " for each in _vocabulary()[name])


def says_when_left(heading: str) -> bool:
    """Whether a column of this heading has the last days of people."""
    return heading_words(heading) in _vocabulary()["leaving_dates"]


def begins_a_footer(cell: str) -> bool:
    words = heading_words(cell.split(":", maxsplit=1)[0]).split()
    return bool(words) and words[0] in _vocabulary()["footer"]


@cache
def _table() -> dict[str, list[str]]:
    text = resources.files("reviews.roster").joinpath("headings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _ranks() -> dict[str, dict[str, int]]:
    # The first of two equal words counts: a word that is there twice is as sure as where it stands first.
    return {
        field: {word: place for place, word in reversed(list(enumerate(_table()[field])))}
        for field in (*FIELDS, "active")
    }


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    return {name: frozenset(_table()[name]) for name in _VOCABULARY}
