"""The one way into every page: who is asking, load, decide, check the form's token, call, commit.

The order is fixed so that a refusal never tells more than the policy: signed in, loaded under the policy and decided
(404), origin and token (403), decided (403 or 409), known parameters (400), then the view. Views get an access value,
never a session.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import MethodNotAllowed, NotFound, SecurityError
from wtforms import ValidationError

from reviews.access import loaders
from reviews.access.loaders import Access, CycleAccess, PacketAccess, StartAccess
from reviews.access.viewer import Viewer
from reviews.db import random_source
from reviews.db.connections import begin_read, begin_write, end_read
from reviews.db.extensions import db
from reviews.rules.enums import Action, Relation
from reviews.rules.policy import Answer, row_of
from reviews.web import request_log
from reviews.web.request_log import Event

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: The one route without a row: stylesheet and scripts, the same for everybody.
STATIC = "static"
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
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., Response]]:
    """Open a view to those whom the policy grants `action`.

    Args:
        action: the row of the policy that this route performs.
        others: rows that open the page as well, where it shows each reader what is theirs; a refusal follows `action`.
        on: what the row is about: "site", "cycle", "packet", or "start" (a cycle to start a packet in).
        params: the query parameters the page understands, each given once; any other is a 400.
        lists: those that may be given several times.

    The view is called with the access value and the remaining URL parts. A write is committed if the answer is below
    400 and rolled back otherwise, so a form shown again with 422 leaves nothing behind.
    """
    actions = (action, *others)
    single, several = frozenset(params), frozenset(lists)

    def wrap(view: Callable[..., ResponseReturnValue]) -> Callable[..., Response]:
        @wraps(view)
        def checked(**url_parts: Any) -> Response:
            found, refusal = authorize(actions, on, url_parts)
            # Before a refusal that speaks of the phase: only a form of ours learns it, and that form acts where it may.
            if request.method not in SAFE:
                _check_token()
            ids = _ids(found)  # now, because a view may roll back what was loaded
            if refusal is not None:
                _note_refusal(action, refusal, ids)
            if refusal == _STATUS[Answer.CLOSED]:
                return render_closed(found)
            if refusal is not None:
                abort(refusal)
            for name, values in request.args.lists():
                is_known = name in several or (name in single and len(values) == 1)
                if not is_known or "\0" in "".join(values):
                    abort(400)
            response = make_response(view(found, **url_parts))
            if response.status_code == 409:
                request_log.note(Event.CONFLICT, reason="stale", action=action.name, **ids)
            commit_or_rollback(response)
            return response

        checked.guards = actions  # type: ignore[attr-defined]  # read when the application starts
        checked.on = on  # type: ignore[attr-defined]  # read by answer_wrong_method
        return checked

    return wrap


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
        render_template("errors/closed.html", cycle=found.packet.cycle), _STATUS[Answer.CLOSED]
    )
    commit_or_rollback(response)
    return response


def commit_or_rollback(response: Response) -> None:
    """Commit a read, and a write that was answered well; roll a write back that was not."""
    if request.method in SAFE or response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()


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
    if "_user_id" in session:
        if request.method in SAFE:
            begin_read()
        else:
            _read_body()
            begin_write()
        if current_user.is_authenticated:
            return None
    # The same answer for every address and method, existing or not, before anything is looked up.
    return redirect(url_for("people.sign_in", next=request.path))


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
    # In parts a file may be anything. What cannot be read in a field is replaced by a sign that people may type too.
    return not any(
        _REPLACED in text and text.encode() not in body
        for field in request.form.items(multi=True)
        for text in field
    )


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
            if not is_public(view):
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
        RuntimeError: for a route without an action, a POST behind an action that changes nothing, and a public route
            whose action is not granted to visitors.
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
        grant = row_of(view.guards[0]).grant(Relation.VISITOR)
        if is_public(view) is not bool(grant.phases):
            wrong.append(
                f"{rule.endpoint} and {view.guards[0].name} do not agree who it is open to"
            )
    if wrong:
        raise RuntimeError(f"Routes that the policy does not cover: {'; '.join(wrong)}")
