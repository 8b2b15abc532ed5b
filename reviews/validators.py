"""Checks of form fields that every capability shares."""

import unicodedata
from typing import Any

from wtforms import Form, ValidationError

_ALLOWED = frozenset("\t\n\r")


def plain_text(_form: Form, field: Any) -> None:
    """Refuse characters that no keyboard types, such as NUL, which a database cannot store."""
    text = field.data or ""
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in _ALLOWED for c in text):
        raise ValidationError(
            "This text holds control characters. Type it again, or paste it as plain text."
        )
