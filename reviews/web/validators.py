"""What fields take: no character that cannot be seen, stored or compared, and of closed sets only their own words."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from wtforms import Field, Form, ValidationError

from reviews.rules.names import can_be_seen, in_its_place, refused_in_name, wrong_with_name

_LINE_ENDS = frozenset("\t\n\r")


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
    _take_out(field, _without_control, "a control character")


def _without_control(text: str) -> str:
    return "".join(character for character in text if not refused_in_text(character))


def plain_name(_form: Form, field: Field) -> None:
    """For one line: a title, a search term."""
    _take_out(field, _without_refused, "an invisible character")
    text = (field.data or "").strip()
    if text and not can_be_seen(text):
        raise ValidationError("Type something that can be seen.")
    _take_out(field, in_its_place, "an invisible character")


def short_name(form: Form, field: Field) -> None:
    """For what stands in lists and is told from others by its name: a cycle, a panel, a part of a ladder."""
    plain_name(form, field)
    if wrong := wrong_with_name(field.data or ""):
        raise ValidationError(f"This {wrong}")


def _without_refused(text: str) -> str:
    return "".join(character for character in text if not refused_in_name(character))


def _take_out(field: Field, cleaned: Callable[[str], str], what: str) -> None:
    """Refuse the text once, and offer it again without what nobody could have found in it."""
    text = field.data or ""
    kept = cleaned(text)
    if kept != text:
        field.data = kept
        raise ValidationError(
            f"This contained {what}, which has been removed. Check it and send it again."
        )
