"""Sentences that stand for what another level says: "Same as L2", "See Senior", "Everything in Junior, plus:"."""

import re

from ladders.names import level_likeness

_SAME_AS = re.compile(
    r"\W*(?:see|(?:the )?(?:same|all|everything|as) (?:as|of|from|in|expected (?:of|at)|above for))"
    r"(?: (?:the|an?|level))?\s+(?P<level>.{1,60}?)"
    r"(?:\s*[,;:.]?\s*(?:plus|and|but)(?: also| the following)?)?\W*",
    re.IGNORECASE,
)
_ALL_OF = re.compile(
    r"\W*(?:all|everything) (?:that )?(?:an? |the )?(?P<level>.{1,60}?) (?:does|do|is|has|needs|can)"
    r"(?: expected to)?(?: do)?\W*(?:plus|and)(?: also| the following)?\W*",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\b(?:plus|and|but)(?: also| the following)?\W*$", re.IGNORECASE)


def same_as(text: str) -> str:
    """The name of the level that a text stands for the cell of, or nothing."""
    words = text.strip("*_ ")
    match = _ALL_OF.fullmatch(words)
    if match:
        return match["level"]
    match = _SAME_AS.fullmatch(words)
    if match and (level_likeness(match["level"]) or _PLUS.search(text)):
        return match["level"].strip("*_: ")
    return ""
