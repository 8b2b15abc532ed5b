"""A button pressed twice: the second press is answered like the first, and nothing is done again.

Browsers, proxies and impatient people send a form twice. Whatever was taken the first time has moved things on, so
the second would meet a refusal, or do the same once more. It is the second only if it is the same in everything that
is sent, from the same session, and nothing else of this person was taken in between: after another act it is one of its
own.
"""

import hashlib
from datetime import timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, request, session
from sqlalchemy import select

from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.people import TakenForm
from reviews.db.upsert import upsert

#: Pressed later than this, a button of a page that is still open acts, or is refused, by itself.
KEPT = timedelta(minutes=5)

_FLASHES = "_flashes"  # where Flask keeps what the next page says


class Press:
    """One press of a button by somebody who is signed in, from before the policy is asked until it is answered."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._said_before = len(session.get(_FLASHES, []))
        self._digest = _digest(viewer)
        self._last: TakenForm | None = None

    def is_first(self) -> bool:
        """Whether this was not taken just now.

        Locks what the person did last until the transaction has ended: a second press waits here for the first.
        """
        viewer = self._viewer
        last = db.session.scalar(_last_of(viewer))
        if last is None:
            nothing = {"digest": "", "at": viewer.now, "location": "", "said": []}
            row = upsert(TakenForm).values(person_id=viewer.person_id, **nothing)
            db.session.execute(row.on_conflict_do_nothing(index_elements=["person_id"]))
            last = db.session.scalars(_last_of(viewer)).one()
        self._last = last
        is_another: bool = last.digest != self._digest
        return is_another or last.at < viewer.now - KEPT

    def answer_of_the_first(self) -> Response:
        """Where the first press led to, with the sentences it said, unless the browser is about to show them."""
        assert self._last is not None  # noqa: S101 - `is_first` has found it
        waiting = [message for _, message in session.get(_FLASHES, [])]
        for category, message in self._last.said:
            if message not in waiting:
                flash(message, category)
        return make_response(redirect(self._last.location))

    def answered(self, response: Response) -> None:
        """Keep where a press that was taken leads to. An answer that is a page is not kept: it can be made again."""
        if response.status_code >= 400 or self._last is None:
            return
        is_led_on = response.status_code // 100 == 3
        self._last.digest = self._digest if is_led_on else ""
        self._last.at = self._viewer.now
        self._last.location = (response.location or "") if is_led_on else ""
        said = session.get(_FLASHES, [])[self._said_before :] if is_led_on else []
        self._last.said = [list(each) for each in said]
        db.session.flush()


def _last_of(viewer: Viewer) -> Any:
    mine = select(TakenForm).where(TakenForm.person_id == viewer.person_id)
    # Two presses at once wait for each other, and the second has to see what the first has written.
    return mine.with_for_update().execution_options(populate_existing=True)


def _digest(viewer: Viewer) -> str:
    """Of all that is sent, and of the session that sends it.

    The token of the form is part of it: a page opened anew has another one. It also keeps what was typed from being
    guessed by whoever reads the digest.
    """
    digest = hashlib.sha256(f"{viewer.session_id}\0{request.full_path}".encode())
    if request.content_encoding:
        return digest.hexdigest()  # is refused unread
    for name, value in request.form.items(multi=True):
        digest.update(f"\0{len(name)}\0{name}\0{len(value)}\0{value}".encode())
    for name, file in request.files.items(multi=True):
        digest.update(f"\0{name}\0{file.filename}\0".encode())
        # Whoever has read it first may have left it at its end.
        file.stream.seek(0)
        digest.update(hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]  # it can be read
        file.stream.seek(0)
    return digest.hexdigest()
