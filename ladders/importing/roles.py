"""Headings of roles that are added to a level, as in "Release lead (on top of any level from E4)"."""

import re

_BRACKET = re.compile(r"(?P<name>[^()\[\]]*\S)\s*[(\[](?P<note>[^()\[\]]+)[)\]]")
_ADDED = re.compile(
    r"\b(?:added|adds|add-?on|on top|in addition|additional to|alongside|at any|any level|combined with)\b",
    re.IGNORECASE,
)
_FROM = re.compile(
    r".*\b(?:from|starting (?:at|with|from)|at least|minimum)\s+(?:level\s+)?(?P<level>\S.*?)"
    r"(?:\s+(?:up|on|upwards?|onwards?|and (?:above|higher|up)))?\W*",
    re.IGNORECASE,
)
_AND_ABOVE = re.compile(
    r".*?(?P<level>[\w.-]+)\s*(?:\+|(?:and|or) (?:above|higher|up))\W*", re.IGNORECASE
)
#: A heading over roles that are added to a level, and over nothing else.
ADD_ONS = re.compile(
    r"\b(?:add-?ons?|mix-?ins?|hats|(?:additional|added|optional|extra) roles)\b", re.IGNORECASE
)


def split_role(name: str) -> tuple[str, str]:
    """A name and the note in brackets that says to which levels the role is added; no note for other names."""
    bracket = _BRACKET.fullmatch(name.strip().strip("*_"))
    if bracket and _ADDED.search(bracket["note"]):
        return bracket["name"], bracket["note"].strip()
    return name, ""


def lowest_level(note: str) -> str:
    """The level from which on a role can be added, as the note calls it, or nothing."""
    found = _FROM.fullmatch(note) or _AND_ABOVE.fullmatch(note)
    return found["level"] if found else ""
