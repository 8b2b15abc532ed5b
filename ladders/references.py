"""Sentences that stand for what another level says: "Same as L2", "See Senior", "Everything in Junior, plus:"."""

import re

from ladders.names import level_likeness

_SAME_AS = re.compile(
    r"\W*(?:see|(?:the )?(?:same|all|everything|as) (?:as|of|from|in|expected (?:of|at)|above for))"
    r"(?: (?:the|an?|level))?\s+(?P<level>.{1,60}?)"
    r"(?:\s*[,;:.]?\s*(?:plus|and|but)(?: also| the following)?)?\W*",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\b(?:plus|and|but)(?: also| the following)?\W*$", re.IGNORECASE)


def same_as(text: str) -> str:
    """The name of the level that a text stands for the cell of, or nothing."""
    match = _SAME_AS.fullmatch(text.strip("*_ "))
    if match and (level_likeness(match["level"]) or _PLUS.search(text)):
        return match["level"].strip("*_: ")
    return ""
