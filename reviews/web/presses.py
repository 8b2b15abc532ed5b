"""A button pressed twice: the second press is answered like the first, and nothing is done again.

Browsers, proxies and impatient people send a form twice. Whatever was taken the first time has moved things on, so
the second would meet a refusal, or do the same once more.
"""

import hashlib
from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, request, session
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.people import TakenForm

#: Pressed later than this, a button of a page that is still open acts, or is refused, by itself.
KEPT = timedelta(hours=1)

_FLASHES = "_flashes"  # where Flask keeps what the next page says


class Press:
    """One press of a button by somebody who is signed in, from before the policy is asked until it is answered."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._said_before = len(session.get(_FLASHES, []))
        self._mark = {"person_id": viewer.person_id, "digest": _digest()}

    def is_first(self) -> bool:
        """Mark the press as this transaction's own; False if it was taken before.

        Nobody else can hold the same mark until the transaction has ended: a second press waits here for the first.
        """
        viewer = self._viewer
        db.session.execute(
            delete(TakenForm).where(
                TakenForm.person_id == viewer.person_id, TakenForm.at < viewer.now - KEPT
            )
        )
        dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
        mark = dialect.insert(TakenForm).values(**self._mark, at=viewer.now, location="", said=[])
        is_ours = mark.on_conflict_do_nothing().returning(TakenForm.id)
        return db.session.scalar(is_ours) is not None

    def answer_of_the_first(self) -> Response:
        """Where the first press led to, with the sentences it said, unless the browser is about to show them."""
        first = db.session.execute(
            select(TakenForm.location, TakenForm.said).filter_by(**self._mark)
        ).one()
        waiting = [message for _, message in session.get(_FLASHES, [])]
        for category, message in first.said:
            if message not in waiting:
                flash(message, category)
        return make_response(redirect(first.location))

    def answered(self, response: Response) -> None:
        """Keep where a press that was taken leads to. An answer that is a page is not kept: it can be made again."""
        if response.status_code // 100 == 3:
            said = [list(each) for each in session.get(_FLASHES, [])[self._said_before :]]
            kept = update(TakenForm).filter_by(**self._mark)
            db.session.execute(kept.values(location=response.location, said=said))
        elif response.status_code < 400:
            db.session.execute(delete(TakenForm).filter_by(**self._mark))


def _digest() -> str:
    """Of all that is sent. The token of the form is part of it: a page opened anew has another one.

    The token also keeps what was typed from being guessed by whoever reads the digest.
    """
    digest = hashlib.sha256(request.full_path.encode())
    if request.content_encoding:
        return digest.hexdigest()  # is refused unread
    for name, value in request.form.items(multi=True):
        digest.update(f"\0{len(name)}\0{name}\0{len(value)}\0{value}".encode())
    for name, file in request.files.items(multi=True):
        digest.update(f"\0{name}\0{file.filename}\0".encode())
        digest.update(hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]  # it can be read
        file.stream.seek(0)
    return digest.hexdigest()
