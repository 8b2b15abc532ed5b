"""Which names of a whole document stand over attributes of the levels, and not over dimensions."""

import re
from collections import defaultdict
from collections.abc import Iterable

from ladders.importing.cells import is_placeholder
from ladders.importing.structure import OwnerFound
from ladders.importing.tables import ATTRIBUTES
from ladders.names import are_titles, is_code, is_like_a_level, name_key, split_grade

_LONG = 120
#: A value of more words than this says more than what something is.
_MOST_WORDS = 8
#: One of several values.
_MOST_WORDS_OF_ONE = 6
_CODES = re.compile(r"(?:job |level |ic )?(?:grade|band|code|level)", re.IGNORECASE)
#: How sentences about somebody begin: with a word for who, or with a verb.
_SPEAKS = re.compile(
    r"(?:you|we|i|they|he|she|is|are|has|have|had|can|may|must|should|will|able|being)\b.*\s"
    r"|(?!years|months|weeks|days|sales|bachelors|masters)[a-z]{2,}(?<![suo])s\s+\S",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")


def attribute_key(name: str) -> str:
    """A name without what brackets say of it: "Years (guide only)" are years."""
    return name_key(_IN_BRACKETS.sub("", split_grade(name)[0]))


def attribute_keys(owners: Iterable[OwnerFound]) -> set[str]:
    """The keys of names that hold a short value wherever they stand: a dimension anywhere is one everywhere."""
    said: dict[str, list[list[str]]] = defaultdict(list)
    for owner in owners:
        for cell in owner.cells:
            blocks = cell.section.blocks()
            texts = [each.text for each in blocks if each.kind != "anchor" and each.text]
            said[attribute_key(cell.dimension)].append(
                [text for text in texts if not is_placeholder(text)]
            )
    return {key for key, values in said.items() if any(values) and _is_attribute(key, values)}


def _is_attribute(key: str, values: list[list[str]]) -> bool:
    """Whether what the levels say under a name are values; titles are, whatever the name."""
    if ATTRIBUTES.fullmatch(key):
        return all(_is_value(key, texts) for texts in values)
    texts = [text.strip("*_ ") for several in values for text in several]
    return are_titles(texts)


def _is_value(key: str, texts: list[str]) -> bool:
    if _CODES.fullmatch(key):
        return all(is_code(text) or len(text.split()) == 1 for text in texts)
    most = _MOST_WORDS if len(texts) <= 1 else _MOST_WORDS_OF_ONE
    return all(_is_short(text, most) for text in texts)


def _is_short(text: str, most: int) -> bool:
    words = text.strip("*_ ")
    if is_like_a_level(words):
        return True
    if len(words) > _LONG or _SPEAKS.match(words):
        return False
    # A figure with what it counts, as in years of a kind of work, may take more words.
    return any(map(str.isdigit, words)) or len(words.split()) <= most
