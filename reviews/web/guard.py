"""The one way into every page: who is asking, load, decide, check the form's token, call, commit, log what was read.

The order is fixed so that a refusal never tells more than the policy: signed in, loaded under the policy and decided
(404), origin and token (403), decided (403 or 409), known parameters (400), proved who they are where the row asks for
it (401), then the view. Views get an access value, never a session.

A page that reads a document comes this way twice, and reads in between, while no transaction is open.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    render_template,
    request,
    session,
)
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import MethodNotAllowed, NotFound, SecurityError, ServiceUnavailable
from wtforms import ValidationError

from reviews.access import loaders, read_log
from reviews.access.loaders import Access, CycleAccess, PacketAccess, StartAccess
from reviews.access.viewer import Viewer
from reviews.db import random_source
from reviews.db.connections import begin_read, begin_write, end_read
from reviews.db.extensions import db
from reviews.rules.enums import Action, Relation
from reviews.rules.policy import Answer, row_of
from reviews.web import request_log
from reviews.web.extensions import login_manager
from reviews.web.presses import Press
from reviews.web.request_log import Event
from reviews.web.step_up import is_proof_sent, step_up
from reviews.web.typed_text import typed

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: The one route without a row: stylesheet and scripts, the same for everybody.
STATIC = "static"
#: What is open to somebody who has to add a second factor first.
_WITHOUT_FACTOR = frozenset({Action.MANAGE_OWN_FACTORS, Action.MANAGE_OWN_ACCOUNT, Action.SIGN_OUT})
#: What a decoder writes for bytes that are no text.
_REPLACED = "\ufffd"

#: How a denial is answered; a stub is drawn on the board and opens no page.
_STATUS = {
    Answer.STUB: 403,
    Answer.FORBIDDEN: 403,
    Answer.CLOSED: 409,
    Answer.ABSENT: 404,
    Answer.UNKNOWN: 404,
}

Loader = Callable[..., Access | None]


class OthersReadError(ServiceUnavailable):
    """As many documents are being read as this process reads at a time."""


#: Documents that a process reads at the same time. Of the server's threads others stay free for everybody else.
MOST_READERS = 2
_readers = threading.BoundedSemaphore(MOST_READERS)

_LOADERS: dict[str, Loader] = {
    "site": loaders.site,
    "cycle": loaders.cycle,
    "packet": loaders.packet,
    "start": loaders.start,
}
#: The URL part that names the subject, where it is not called like its loader.
_PART = {"start": "cycle"}


def guarded(
    action: Action,
    *others: Action,
    on: str = "site",
    params: Iterable[str] = (),
    lists: Iterable[str] = (),
    reads_first: Callable[..., Any] | None = None,
    most_bytes: int | None = None,
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., Response]]:
    """Open a view to those whom the policy grants `action`.

    Args:
        action: the row of the policy that this route performs.
        others: rows that open the page as well, where it shows each reader what is theirs; a refusal follows `action`.
        on: what the row is about: "site", "cycle", "packet", or "start" (a cycle to start a packet in).
        params: the query parameters the page understands, each given once; any other is a 400.
        lists: those that may be given several times.
        reads_first: what takes long and needs no lock, such as reading a file that was sent. It is called like the view
            when everything else is checked, and no transaction is open then; for what it looks up it opens
            `short_read`. What it gives is the view's second argument. By then the viewer, the object and the policy
            are looked at anew.
        most_bytes: how much may be sent, where it is more than anywhere else. It is taken only from those who may send
            it, to a file of the disk, while no transaction is open. For routes with `reads_first` alone.

    The view is called with the access value and the remaining URL parts. A write is committed if the answer is below
    400 and rolled back otherwise, so a form shown again with 422 leaves nothing behind.
    """
    entry = _Entry(
        (action, *others), on, frozenset(params), frozenset(lists), reads_first is not None
    )

    def wrap(view: Callable[..., ResponseReturnValue]) -> Callable[..., Response]:
        @wraps(view)
        def checked(**url_parts: Any) -> Response:
            if most_bytes is not None:
                entry.let_send(dict(url_parts), most_bytes)
                if not _begin(reads_only=True):
                    return make_response(login_manager.unauthorized())
            if entry.asks_for_proof():
                asked = _ask_for_proof(entry, dict(url_parts))
                if asked is not None:
                    return asked
            read: tuple[Any, ...] = ()
            if reads_first is not None:
                rest = dict(url_parts)
                found, _, closed = entry.enter(rest)
                if closed is not None:
                    return closed
                read = (_read_apart(reads_first, found, rest),)
                if not _begin():
                    return make_response(login_manager.unauthorized())
            return _once(partial(_answer, entry, view, read, url_parts))

        checked.guards = entry.actions  # type: ignore[attr-defined]  # read when the application starts
        checked.on = on  # type: ignore[attr-defined]  # read by answer_wrong_method
        checked.reads_first = reads_first is not None  # type: ignore[attr-defined]  # asked before every request
        checked.takes_much = most_bytes is not None  # type: ignore[attr-defined]  # the same
        return checked

    return wrap


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a route asks of a request before its view is called."""

    actions: tuple[Action, ...]
    on: str
    single: frozenset[str]
    several: frozenset[str]
    reads_first: bool

    def asks_for_proof(self) -> bool:
        """Whether this is a change that only somebody makes who has just proved that it is them, and they have not."""
        is_change = request.method not in SAFE and row_of(self.actions[0]).step_up
        return is_change and not current_user.is_proved

    def let_send(self, url_parts: dict[str, Any], most_bytes: int) -> None:
        """Take what is sent to the disk, and only from somebody who may do what the route does."""
        _, refusal = authorize(self.actions, self.on, url_parts)
        if refusal is not None:
            _note_refusal(self.actions[0], refusal, {})
            abort(refusal)
        end_read()
        request.max_content_length = most_bytes
        # One under another encoding is not read at all, and is refused with the token.
        if not request.content_encoding and any(_REPLACED in text for text in _texts_of_form()):
            abort(400)

    def enter(self, url_parts: dict[str, Any]) -> tuple[Access, dict[str, str], Response | None]:
        """The loaded object, its public ids, and the answer where it is closed. Any other refusal ends here."""
        found, refusal = authorize(self.actions, self.on, url_parts)
        # Before a refusal that speaks of the phase: only a form of ours learns it, and that form acts where it may.
        if request.method not in SAFE:
            _check_token()
        ids = _ids(found)  # now, because a view may roll back what was loaded
        if refusal is not None:
            _note_refusal(self.actions[0], refusal, ids)
        if refusal == _STATUS[Answer.CLOSED]:
            return found, ids, render_closed(found)
        if refusal is not None:
            abort(refusal)
        for name, values in request.args.lists():
            is_known = name in self.several or (name in self.single and len(values) == 1)
            if not is_known or "\0" in "".join(values):
                abort(400)
        return found, ids, None


def _ask_for_proof(entry: _Entry, url_parts: dict[str, Any]) -> Response | None:
    """The answer to whoever has not proved yet that it is them; None once they have, and the form may go on.

    Whatever else would refuse the form does so first, and a form that was taken is answered as it was.
    """
    _, _, closed = entry.enter(url_parts)
    if closed is not None:
        return closed
    viewer = current_user._get_current_object()
    wrong = ""
    if is_proof_sent():
        press = Press(viewer)
        if not press.is_first():
            return press.answer_of_the_first()
        db.session.rollback()
        wrong = step_up.look_at(viewer)
        if not _begin(reads_only=entry.reads_first):
            return make_response(login_manager.unauthorized())
        viewer = current_user._get_current_object()
        # Of two presses at once one may have used the code up; the session is proved for both.
        if viewer.is_proved:
            return None
    request_log.note(Event.DENIED, reason="proof", status=401, action=entry.actions[0].name)
    response = make_response(step_up.ask(viewer, wrong), 401)
    commit_or_rollback(response)
    return response


def _answer(
    entry: _Entry,
    view: Callable[..., ResponseReturnValue],
    read: tuple[Any, ...],
    url_parts: dict[str, Any],
) -> Response:
    found, ids, closed = entry.enter(url_parts)
    if closed is not None:
        return closed
    response = make_response(view(found, *read, **url_parts))
    if response.status_code == 409:
        request_log.note(Event.CONFLICT, reason="stale", action=entry.actions[0].name, **ids)
    return response


def _once(answer: Callable[[], Response]) -> Response:
    """The answer, with what it did committed or rolled back; a second press is answered like the first."""
    if request.method in SAFE:
        response = answer()
    else:
        press = g.press = Press(current_user._get_current_object())
        if not press.is_first():
            _check_token()
            return press.answer_of_the_first()
        response = answer()
        press.answered(response)
    commit_or_rollback(response)
    _log_reads(current_user._get_current_object(), response)
    return response


def public(
    action: Action,
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Open a view to whoever is not signed in, by a row of the policy that says so."""

    def wrap(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        view.guards = (action,)  # type: ignore[attr-defined]  # read when the application starts
        view.is_public = True  # type: ignore[attr-defined]  # asked before every request
        return view

    return wrap


def authorize(
    actions: tuple[Action, ...], on: str, url_parts: dict[str, Any]
) -> tuple[Access, int | None]:
    """The loaded object with the policy's answers for this viewer, and the status of a refusal.

    What the viewer may not know of ends here, with a 404.

    Takes the subject's public id out of `url_parts`.
    """
    # No name in an address has this character; PostgreSQL cannot even be asked about it.
    if any("\0" in part for part in url_parts.values()):
        abort(404)
    viewer: Viewer = current_user._get_current_object()
    part = _PART.get(on, on)
    subject = {} if on == "site" else {part: url_parts.pop(part)}
    found = _LOADERS[on](viewer, actions[0], **subject)
    if found is None:
        _note_refusal(actions[0], 404, {})
        abort(404)
    answer = found.answer(actions[0])
    if answer.allowed or any(map(found.may, actions[1:])):
        return found, None
    if _STATUS[answer] == 404:
        _note_refusal(actions[0], 404, {})
        abort(404)
    return found, _STATUS[answer]


def _note_refusal(action: Action, status: int, ids: dict[str, str]) -> None:
    """Leave a line in the log. For a 404 there are no ids: whatever the address names is only text."""
    if status == _STATUS[Answer.CLOSED]:
        request_log.note(Event.CONFLICT, reason="phase", action=action.name, **ids)
    else:
        request_log.note(Event.DENIED, reason="policy", status=status, action=action.name, **ids)


def _ids(found: Access) -> dict[str, str]:
    """Public ids as the database has them."""
    if isinstance(found, PacketAccess):
        return {"cycle": found.packet.cycle.public_id, "packet": found.packet.public_id}
    if isinstance(found, CycleAccess | StartAccess):
        return {"cycle": found.cycle.public_id}
    return {}


def render_closed(found: Access) -> Response:
    """The answer to somebody whose time for it is another phase: the cycle's dates.

    Only rows about a packet have it.
    """
    assert isinstance(found, PacketAccess)  # noqa: S101 - see above
    response = make_response(
        render_template("errors/closed.html", cycle=found.packet.cycle, typed=typed()),
        _STATUS[Answer.CLOSED],
    )
    commit_or_rollback(response)
    return response


def commit_or_rollback(response: Response) -> None:
    """Commit a read, and a write that was answered well; roll a write back that was not."""
    if request.method in SAFE or response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()


class ReadNotLogged(Exception):  # noqa: N818 - a refusal, not a fault
    """The read log could not be written, so the page that was made is not shown. The cause is the database's error."""


def _log_reads(viewer: Viewer, response: Response) -> None:
    """Let no answer leave with a critical field that is not in the read log. A redirect shows none.

    A head is logged like its page: it says how long that is, and so how much stands on it.

    Raises:
        ReadNotLogged: the answer must not be sent.
    """
    reads = read_log.take_notes()
    if 300 <= response.status_code < 400:
        return
    try:
        read_log.write(viewer, reads)
    except SQLAlchemyError as error:
        raise ReadNotLogged from error


def _end_read(response: Response) -> Response:
    """A read that was refused on its way has read something as well."""
    if request.method in SAFE and db.session.registry.has():
        end_read()
    return response


def _check_token() -> None:
    # A body under another encoding is not read, so that a small one cannot unfold into a large one.
    if request.content_encoding:
        abort(415)
    _read_body()
    if _is_from_elsewhere():
        raise CSRFError("Sent from a page of another site.")
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError as error:
        raise CSRFError(str(error)) from error


def _is_from_elsewhere() -> bool:
    """Whether the browser says that a page of another origin has sent this; one that says nothing has the token alone.

    Pages are sent under `no-referrer`, so that a browser calls the origin of their forms "null". Then only its other
    word counts, which no page can choose: somebody's sandbox or file is "null" too. Over plain http to another machine
    a browser does not say that word.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in {None, "same-origin"}:
        return True
    if origin in {None, "null"}:
        return origin == "null" and site is None and _browsers_say_site()
    return _parts_of(origin) not in {
        _parts_of(current_app.config["PUBLIC_URL"]),
        _parts_of(request.host_url),
    }


def _browsers_say_site() -> bool:
    scheme, host, _ = _parts_of(current_app.config["PUBLIC_URL"]) or ("", None, None)
    return scheme == "https" or host in {"localhost", "127.0.0.1"}


def _parts_of(address: str | None) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(address or "")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname, port


def _is_embedded_elsewhere() -> bool:
    """Whether another site asks for a page without a person going there: to measure the answer, or to frame it."""
    fetch = {name: request.headers.get(f"Sec-Fetch-{name}") for name in ("Site", "Mode", "Dest")}
    return fetch["Site"] in {"cross-site", "same-site"} and (
        fetch["Mode"] != "navigate" or fetch["Dest"] not in {None, "document"}
    )


def check_public_token() -> None:
    """For the few public forms: the check that guarded routes get by themselves."""
    if request.method not in SAFE:
        _check_token()


def begin_late_write() -> None:
    """Begin the transaction of a form with a password, once the slow look at that is over and nobody waits for it."""
    db.session.rollback()
    begin_write()
    if "press" in g and not g.press.is_first():
        abort(g.press.answer_of_the_first())


def commit_and_go_on() -> None:
    """Commit what was done so far and begin another transaction, in an act that would lock the database for too long.

    For what is whole after each part, and does the rest if it is done again.
    """
    db.session.commit()
    begin_write()


def init_app(app: Flask) -> None:
    app.before_request(_open_request)
    app.after_request(_end_read)
    app.register_error_handler(MethodNotAllowed, answer_wrong_method)


def _open_request() -> ResponseReturnValue | None:
    if isinstance(request.routing_exception, SecurityError):
        # Not a page of ours: without a host that is trusted there is no address to link to.
        return Response(
            "This address is not served here.\n", 400, content_type="text/plain; charset=utf-8"
        )
    if request.method == "OPTIONS":
        # The same for every address, existing or not, before anything is looked up.
        return Response(status=204)
    if request.endpoint == STATIC:
        return None
    # Before it is known who asks: the same for every address, and for everybody.
    if request.method in SAFE and _is_embedded_elsewhere():
        abort(403)
    if not _is_text(request.query_string):
        abort(400)
    # The token is drawn here, from our own source, so that every page carries one and none is drawn elsewhere.
    if "csrf_token" not in session:
        session["csrf_token"] = random_source.token("csrf")
    if is_public(current_app.view_functions.get(request.endpoint or "")):
        return None
    if "_user_id" in session and _is_somebody():
        return _need_factor()
    # The same answer for every address and method, existing or not, before anything is looked up.
    answer: ResponseReturnValue = login_manager.unauthorized()
    return answer


def _need_factor() -> ResponseReturnValue | None:
    """The same answer for every address as well, for somebody who has to add a second factor first."""
    view = current_app.view_functions.get(request.endpoint or "")
    guards: tuple[Action, ...] = getattr(view, "guards", ())
    if not current_user.needs_factor or _WITHOUT_FACTOR.intersection(guards[:1]):
        return None
    if request.method not in SAFE:
        _check_token()
    response = make_response(step_up.need_factor())
    db.session.rollback()
    return response


def _is_somebody() -> bool:
    # A request that ended in a failure may have left some.
    read_log.take_notes()
    view = current_app.view_functions.get(request.endpoint or "")
    # Much is read only once it is known who sends it.
    if request.method not in SAFE and not getattr(view, "takes_much", False):
        _read_body()
    return _begin(reads_only=getattr(view, "reads_first", False))


def _begin(*, reads_only: bool = False) -> bool:
    """Begin the transaction of a request, and say whether somebody is signed in, as the database has it now."""
    if reads_only or request.method in SAFE:
        begin_read()
    else:
        begin_write()
    # Flask-Login keeps whom it has found; by now the session may have ended.
    g.pop("_login_user", None)
    return bool(current_user.is_authenticated)


def _read_apart(reader: Callable[..., Any], found: Access, url_parts: dict[str, Any]) -> Any:
    """What the reader gives, called while no transaction is open and few others read."""
    end_read()
    if not _readers.acquire(blocking=False):
        raise OthersReadError
    try:
        return reader(found, **url_parts)
    finally:
        _readers.release()


@contextmanager
def short_read() -> Iterator[None]:
    """Inside the block the database can be looked into, in a transaction that ends with the block.

    For readers, whose reading is outside of it. What was loaded is taken out as plain values.
    """
    begin_read()
    try:
        yield
    finally:
        end_read()


def _read_body() -> None:
    """Read what is sent before the transaction begins: on SQLite whoever is slow to send would hold up all writers."""
    # One under another encoding is not read at all, and is refused with the token.
    if not request.content_encoding:
        body = request.get_data(cache=True)
        if not _is_text_of_form(body):
            abort(400)


def _is_text_of_form(body: bytes) -> bool:
    """Whether all text that was sent is UTF-8: it is never changed in silence."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return _is_text(body)
    # In parts a file may be anything, but for its name. What cannot be read is replaced by a sign that people may type.
    return not any(_REPLACED in text and text.encode() not in body for text in _texts_of_form())


def _texts_of_form() -> Iterator[str]:
    """The names and values of its fields, and of files their names."""
    yield from chain.from_iterable(request.form.items(multi=True))
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "")


def _is_text(encoded: bytes) -> bool:
    """Whether it is UTF-8 behind its percent signs."""
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


def answer_wrong_method(error: MethodNotAllowed) -> ResponseReturnValue:
    """405 only where the viewer may know the page; elsewhere it is as absent as any other."""
    for method in sorted(set(error.valid_methods or ()) - {"OPTIONS", "HEAD"}):
        endpoint, parts = request_ctx.url_adapter.match(method=method)  # type: ignore[union-attr]  # set in a request
        view: Any = current_app.view_functions[endpoint]
        try:
            if endpoint != STATIC and not is_public(view):
                authorize(view.guards, view.on, dict(parts))
        except NotFound:
            return render_template("errors/404.html"), 404
    return render_template("errors/405.html"), 405


def is_public(view: Any) -> bool:
    """Whether nobody has to be signed in for it."""
    return getattr(view, "is_public", False)


def require_guarded_routes(app: Flask) -> None:
    """Stop the start of an application with a route that the policy does not know, or does not know as what it is.

    Raises:
        RuntimeError: for a route without an action, a POST behind an action that changes nothing, one that leaves out
            the row its action stands behind, and a public route whose action is not granted to visitors.
    """
    wrong = []
    for rule in app.url_map.iter_rules():
        view: Any = app.view_functions[rule.endpoint]
        if rule.endpoint == STATIC:
            continue
        if not hasattr(view, "guards"):
            wrong.append(f"{rule.endpoint} names no action")
            continue
        if set(rule.methods or ()) - SAFE and not row_of(view.guards[0]).kind.is_write:
            wrong.append(f"{rule.endpoint} changes something behind {view.guards[0].name}")
        behind = row_of(view.guards[0]).behind
        if behind is not None and behind not in view.guards:
            wrong.append(f"{rule.endpoint} does not open behind {behind.name}")
        grant = row_of(view.guards[0]).grant(Relation.VISITOR)
        if is_public(view) is not bool(grant.phases):
            wrong.append(
                f"{rule.endpoint} and {view.guards[0].name} do not agree who it is open to"
            )
    if wrong:
        raise RuntimeError(f"Routes that the policy does not cover: {'; '.join(wrong)}")
