"""How names of people are looked for and put in order, the same on every database and for every reader.

Both are worked out here and kept beside the name: what a database calls equal, or puts first, depends on its make.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

#: Of a key that names are put in order by: an index of PostgreSQL takes no more than 2,700 bytes, and a character may
#: have four.
SORT_KEY_LENGTH = 400
#: A letter may be spelt in several: more than any name has.
NAME_KEY_LENGTH = 600
#: So many words are looked for at most; who has more is found by these.
MOST_WORDS = 10

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02bb\u00b4`]")


def folded(text: str) -> str:
    """What makes two addresses, or two employee IDs, the same one: form, case and surrounding space do not count."""
    key = unicodedata.normalize("NFKC", text.strip()).casefold()
    # Of a hundred thousand people most texts are their own keys, and are kept once.
    return text if key == text else key


@lru_cache(maxsize=2**14)
def search_key(text: str) -> str:
    """The words of a text in plain small letters: without accents, capitals and signs, and spelt in Latin letters.

    "Król" is found by "krol", "Ní Bhriain" by "bhriain ni" and "王" by "wang".
    """
    if text.isascii():
        # Most of a file of a hundred thousand people, and nothing in it to be spelt otherwise.
        return _words_of(text)
    # Its tables are of no use to a server that is only starting.
    from anyascii import anyascii  # noqa: PLC0415

    # Twice: what a letter is made of may have a case again, and its small form an accent.
    plain = _APOSTROPHES.sub("", text)
    for _ in range(2):
        plain = _without_accents(plain.casefold())
    latin = "".join(
        character if character.isascii() else anyascii(character) or _kept(character)
        for character in plain
    )
    return _words_of(latin)


_WORD = re.compile(r"[^\W_]+")


def _words_of(plain: str) -> str:
    return " ".join(_WORD.findall(_APOSTROPHES.sub("", plain).lower()))


def _without_accents(text: str) -> str:
    return "".join(
        each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) != "Mn"
    )


def _kept(character: str) -> str:
    """A letter that nobody has spelt in Latin yet is looked for as it is."""
    return character if character.isalnum() else ""


def name_key(name: str) -> str:
    """The `search_key` of a name, as long as a column of it is."""
    return search_key(name)[:NAME_KEY_LENGTH]


def search_words(text: str) -> tuple[str, ...]:
    """What all have to be in a `search_key`, in any order. What has neither letter nor digit is in none."""
    return tuple(dict.fromkeys(search_key(text).split() or text.split()))[:MOST_WORDS]


def sort_key(name: str) -> str:
    """What names are put in order by: the Unicode Collation Algorithm, as text that compares by code points.

    First by letters alone, then by accents, then by capitals. An apostrophe counts as nothing.
    """
    words = [_weights(word) for word in _APOSTROPHES.sub("", name).split()]
    space = _weights(" ")
    levels = (space[level].join(word[level] for word in words) for level in range(_LEVELS))
    return _weight(0).join(levels)[:SORT_KEY_LENGTH]


def sort_from(beginning: str) -> str:
    """What is at most the `sort_key` of each name that begins so, whatever its accents and capitals."""
    return sort_key(beginning).partition(_weight(0))[0]


_LEVELS = 3
#: Below this are the characters that cannot be seen, one of which PostgreSQL does not take.
_FIRST = 0x20
_SURROGATES = range(0xD800, 0xE000)


def _weight(weight: int) -> str:
    point = weight + _FIRST
    return chr(point + len(_SURROGATES) if point >= _SURROGATES.start else point)


def _weights(word: str) -> tuple[str, ...]:
    if word.isascii():
        # No two of these letters are in another place together than one after the other.
        letters = [_weights_of(letter) for letter in word]
        return tuple("".join(letter[level] for letter in letters) for level in range(_LEVELS))
    return _weights_of(word)


@lru_cache(maxsize=2**14)
def _weights_of(word: str) -> tuple[str, ...]:
    elements = _collator().collation_elements(unicodedata.normalize("NFD", word))
    return tuple(
        "".join(_weight(element[level]) for element in elements if element[level])
        for level in range(_LEVELS)
    )


@cache
def _collator() -> Any:
    # Its table takes a third of a second, and only who writes a name needs it.
    from pyuca.collator import Collator_10_0_0  # noqa: PLC0415

    return Collator_10_0_0()
