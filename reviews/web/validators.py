"""What fields take: no character that cannot be seen, stored or compared, and of closed sets only their own words."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from wtforms import Field, Form, ValidationError

_LINE_ENDS = frozenset("\t\n\r")
#: They turn the text around them, so that a name reads as another one.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Shown as nothing, yet they make two equal names differ. Joiners are left out: scripts and emoji need them.
_UNSEEN = frozenset(
    "\u00ad\u034f\u180e\u200b\ufeff"
    # Fillers of Hangul, vowels of Khmer that are not written, the empty cell of Braille.
    "\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800"
    # Joiner of words, signs that nobody writes, marks for the shape of digits and for notes between lines.
    "\u2060\u2061\u2062\u2063\u2064\u206a\u206b\u206c\u206d\u206e\u206f\ufff9\ufffa\ufffb"
)
#: The scripts of which many letters look like those of another one.
_LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK")


_Word = TypeVar("_Word", bound=StrEnum)


def choice_of(words: Iterable[_Word], given: str | None) -> _Word | None:
    """The word that was sent, or None for anything else.

    A form is read for its page before it is known to be sound, and a choice that may be left out may come as white
    space.
    """
    return next((word for word in words if word == given), None)


def refused_in_text(character: str) -> bool:
    """Control characters and lone surrogates: PostgreSQL cannot keep some of them, and nobody types them."""
    return character not in _LINE_ENDS and unicodedata.category(character) in {"Cc", "Cs"}


def refused_in_name(character: str) -> bool:
    """In what is compared or is part of a line of other words: invisible and direction-changing characters as well."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or character in _TURNING
        or character in _UNSEEN
        or "\U000e0000" <= character <= "\U000e007f"
    )


def can_be_seen(text: str) -> bool:
    """Whether there is more to it than joiners, marks and space."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def mixes_scripts(text: str) -> bool:
    """Whether a word has letters of two scripts that look alike, as in a name that is made to read as another one.

    Names of any one script are good, and so are those of several that nobody confuses, as in Japanese.
    """
    return any(
        len({script for letter in word for script in _LOOK_ALIKE if _is_of(letter, script)}) > 1
        for word in re.split(r"[\W\d_]+", unicodedata.normalize("NFKC", text))
    )


def _is_of(letter: str, script: str) -> bool:
    return unicodedata.name(letter, "").startswith(f"{script} ")


#: Characters that a browser takes for the dot of a host, and that a reader may not.
_DOTS = re.compile("[\u3002\uff0e\uff61]")


def is_web_address(text: str) -> bool:
    """An absolute one with a host, and with nothing that a reader could take for another host."""
    if any(character.isspace() or refused_in_name(character) for character in text):
        return False
    try:
        parts = urlsplit(text)
        names_somebody = parts.username is not None or parts.password is not None
        has_host = bool(parts.hostname) and not _DOTS.search(parts.netloc) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and has_host and not names_somebody


def plain_text(_form: Form, field: Field) -> None:
    """For text of several lines."""
    _take_out(field, refused_in_text, "a control character")


def plain_name(_form: Form, field: Field) -> None:
    """For one line: a name, a title, a search term."""
    _take_out(field, refused_in_name, "an invisible character")
    text = (field.data or "").strip()
    if text and not can_be_seen(text):
        raise ValidationError("Type something that can be seen.")


def _take_out(field: Field, refused: Callable[[str], bool], what: str) -> None:
    """Refuse the text once, and offer it again without what nobody could have found in it."""
    text = field.data or ""
    kept = "".join(character for character in text if not refused(character))
    if kept != text:
        field.data = kept
        raise ValidationError(
            f"This contained {what}, which has been removed. Check it and send it again."
        )
