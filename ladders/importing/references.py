"""Sentences that stand for what another level says: "Same as L2", "See Senior", "Everything in Junior, plus:"."""

import re

from ladders.names import level_likeness

_SAID = r"(?:(?:the )?(?:criteria|requirements|expectations|skills|duties|responsibilities|competenc(?:ies|e)) )?"
_SAME_AS = re.compile(
    r"\W*(?:(?P<see>see)"
    rf"|(?:the )?(?:same|all|everything|as) {_SAID}(?:as|of|from|in|expected (?:of|at)|above for))"
    r"(?: (?:the|an?|level))?\s+(?P<level>.{1,60}?)"
    r"(?:\s*[,;:.]?\s*(?:plus|and|but)(?: also| the following)?)?\W*",
    re.IGNORECASE,
)
_ALL_OF = re.compile(
    r"\W*(?:all|everything) (?:that )?(?:an? |the )?(?P<level>.{1,60}?) (?:does|do|is|has|needs|can)"
    r"(?: expected to)?(?: do)?\W*(?:plus|and)(?: also| the following)?\W*",
    re.IGNORECASE,
)
#: A sum, as in "Junior Developer +" and "Junior Developer, and:".
_SUM = re.compile(
    r"(?P<level>[^\W\d].{1,60}?)(?: +\+ *:?|,? +(?:plus|and|y|e|und|et) *:|, +plus)\W*",
    re.IGNORECASE,
)
_PLUS = re.compile(r"(?:\b(?:plus|and|but)(?: also| the following)?| \+)\W*$", re.IGNORECASE)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBERED = re.compile(
    rf"\b(?P<what>level|band|grade|stage|step|tier) (?P<number>{'|'.join(_NUMBERS)})\b",
    re.IGNORECASE,
)
_BELOW = re.compile(r"\b(?:previous|prior|preceding|below|before|last)\b", re.IGNORECASE)
#: From this likeness on, a name without words around it is one of a level.
_LIKE = 0.5


def same_as(text: str) -> str:
    """The name of the level that a text stands for the cell of, or nothing."""
    match = _reference(text)
    return match["level"].strip("*_: ") if match else ""


def builds_on(text: str) -> str:
    """The name of the level that a text says another one builds on, or nothing; "see" only points there."""
    match = _reference(text)
    points = match is not None and match.groupdict().get("see")
    return match["level"].strip("*_: ") if match and not points else ""


def is_next_below(name: str) -> bool:
    """Whether it names no level but the one below."""
    return _BELOW.search(name) is not None


def _reference(text: str) -> re.Match[str] | None:
    words = _NUMBERED.sub(_in_figures, text.strip("*_ "))
    if match := _ALL_OF.fullmatch(words):
        return match
    match = _SAME_AS.fullmatch(words)
    if match and (level_likeness(match["level"]) or _PLUS.search(text)):
        return match
    match = _SUM.fullmatch(words)
    return match if match and level_likeness(match["level"]) >= _LIKE else None


def _in_figures(match: re.Match[str]) -> str:
    return f"{match['what']} {_NUMBERS.index(match['number'].lower()) + 1}"
