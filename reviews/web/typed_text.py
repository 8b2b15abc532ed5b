"""What a person typed into a form that could not be taken: given back to them, and to nobody else.

The token of the form tells whose it is: it is good in the browser in which the page was opened, as long as the same
person signs in there. Without it nothing is repeated, so that no other site can put words into a page of ours.
"""

import re
from typing import NamedTuple

from flask import current_app, request, session
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

#: Fields that are never written into a page, not even for the person who typed them.
SECRETS = frozenset({"password", "present", "chosen"})
#: Sent along by a form that only wants to be filled with what was typed before.
PUT_BACK = "put_back"
#: With which somebody proves again who they are; sent beside the fields of any form, and no part of it.
PROOF = frozenset({"proof_password", "proof_code", "proof_passkey"})
#: Of the form itself, and not typed by anybody.
_MACHINERY = frozenset({"csrf_token", "version", PUT_BACK})
#: What a page sends for a thing that was chosen: a number, or a public id.
_KEY = re.compile(r"[0-9]{1,9}|[A-Za-z0-9_-]{22}", re.ASCII)
#: Characters that stand in a box of one line.
_LINE = 80

#: Where the cookie says who is, or was last, signed in to this browser.
WHOSE = "whose"


class Field(NamedTuple):
    name: str
    value: str

    @property
    def label(self) -> str:
        """The name in words, for a page that does not know the form."""
        return self.name.replace("_", " ").replace("-", " ").strip().capitalize()

    @property
    def is_long(self) -> bool:
        return len(self.value) > _LINE or "\n" in self.value

    @property
    def is_text(self) -> bool:
        """Whether a person wrote it: a choice from a list is sent as a number or an id."""
        return bool(self.value) and self.name not in _MACHINERY and not _KEY.fullmatch(self.value)


class Typed(NamedTuple):
    """What was sent, and to which address."""

    path: str
    #: All of it, to be sent again.
    sent: tuple[Field, ...]

    @property
    def text(self) -> tuple[Field, ...]:
        """What may be worth copying."""
        return tuple(field for field in self.sent if field.is_text)


def typed() -> Typed | None:
    """What came with this request; None if it is nothing, or not from a page that this person opened."""
    if request.method != "POST" or request.content_encoding:
        return None
    try:
        validate_csrf(request.form.get("csrf_token"))
    except (ValidationError, HTTPException):
        return None
    sent = tuple(field for field in to_send_again() or () if field.name != PUT_BACK)
    found = Typed(request.full_path.rstrip("?"), sent)
    return found if found.text else None


def to_send_again() -> tuple[Field, ...] | None:
    """All that a form has sent, for a page from which it is sent again as it is; None if a secret is in it.

    Only once it is known that the form is from a page that this person opened.
    """
    sent = [Field(*each) for each in request.form.items(multi=True)]
    if SECRETS.intersection(field.name for field in sent):
        return None
    return tuple(field for field in sent if field.name not in {"csrf_token", *PROOF})


def sealed() -> str:
    """What came with this request, to be carried by the page on which one signs in again; "" for nothing.

    Only the person who was signed in to this browser gets it back.
    """
    found = typed()
    if found is None or WHOSE not in session:
        return ""
    text: str = _seal().dumps([session[WHOSE], *found])
    return text


#: In seconds: longer than this nobody sits before a page to sign in.
_SEALED_FOR = 12 * 60 * 60


def unsealed(text: str | None, person: str) -> Typed | None:
    """What this person had typed in this browser, by their public id.

    None for what is somebody else's or of another browser, for what is old, and for anything made up. To be asked while
    the cookie is still the one of before.
    """
    if session.get(WHOSE) != person:
        return None
    return _opened(text or "", person, _seal())


def sealed_waiting(waiting: Typed, person: str) -> str:
    """All of a form that waits until its author has shown again that it is them, by their public id."""
    text: str = _seal("waiting form").dumps([person, *waiting])
    return text


def waiting_form(text: str, person: str) -> Typed | None:
    """The form again; None for somebody else's, or one of another browser, that is old, or was made up."""
    return _opened(text, person, _seal("waiting form"))


def _opened(text: str, person: str, seal: URLSafeTimedSerializer) -> Typed | None:
    try:
        whose, path, sent = seal.loads(text, max_age=_SEALED_FOR)
    except BadSignature:
        return None
    return Typed(path, tuple(Field(*each) for each in sent)) if whose == person else None


def _seal(what: str = "typed text") -> URLSafeTimedSerializer:
    # Of this browser: the secret of its forms is in its cookie alone.
    salt = f"{what} {session.get('csrf_token')}"
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)
