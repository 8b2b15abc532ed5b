"""Where being signed in is not enough: the pages that come first, and the proof that a form carries.

What proves that somebody is who they are is known where people sign in, above this room; it is told here when the
application is made, as Flask-Login is told who is signed in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from reviews.access.viewer import Viewer
from reviews.web.typed_text import PROOF


@dataclass(slots=True)
class StepUp:
    #: The page that asks for a proof, and then sends the same form again. It gets what was wrong with the last one.
    ask: Callable[[Viewer, str], ResponseReturnValue]
    #: Looks at the proof that came with the form, and says what is wrong with it; "" for nothing, and then it is noted
    #: in the session. Slow; it ends the transaction that is open, and leaves none open.
    look_at: Callable[[Viewer], str]
    #: The answer to anything else, for somebody who has to add a second factor first.
    need_factor: Callable[[], ResponseReturnValue]


def _nothing(*_: object) -> ResponseReturnValue:
    raise RuntimeError("Nobody has said how people prove who they are.")


step_up = StepUp(ask=_nothing, look_at=lambda _: "", need_factor=_nothing)


def is_proof_sent() -> bool:
    for name in PROOF:
        if len(request.form.getlist(name)) > 1:
            raise BadRequest
    return any(request.form.get(name) for name in PROOF)
