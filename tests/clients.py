"""Everybody who asks the application in a test: windows of a browser, strict ones, and what a browser holds."""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from typing import Any
from unittest.mock import patch

from flask import Flask, g, has_app_context, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import service as people
from reviews.people.queries import now
from tests.canaries import SWEEP
from tests.pages import Page, faults, values_of

#: Every page carries these.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: What an answer may carry besides, where it has a reason to. Anything else may tell what a page does not.
OTHER_HEADERS = frozenset(
    {
        "Clear-Site-Data",
        "Content-Disposition",
        "Content-Length",
        "Content-Type",
        "Location",
        "Retry-After",
        "Set-Cookie",
        "X-Request-ID",
    }
)
REQUEST_ID = re.compile(r"[a-z2-7]{16}")


@contextmanager
def one_request_id() -> Iterator[None]:
    """Draw the same id for every request inside, so that answers can be compared whole.

    An id that depended on anything but the random source would still differ, and other draws are as random as ever.
    """

    def draw(purpose: str, size: int) -> bytes:
        return bytes(size) if purpose == "request id" else secrets.token_bytes(size)

    with random_source.use(draw):
        yield


#: The secret of forms in every session here, so that one token is good in all of them.
FORM_SECRET = "a" * 43


def held_by(token: str | None) -> dict[str, str]:
    """What the cookie of a browser holds in which the owner of a session's token is signed in; or nobody."""
    return {"csrf_token": FORM_SECRET} | ({"_user_id": token} if token else {})


def cookie_of(app: Flask, token: str | None) -> str:
    """The same as a header."""
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(held_by(token))}"


def without_token(answer: TestResponse) -> bytes:
    """The body of an answer but for what tells when and for whom it was made: tokens, the question to a passkey."""
    return re.sub(rb'name="csrf_token" value="[^"]*"|data-question="[^"]*"', b"", answer.data)


def form_token(app: Flask, *, seconds_ago: int = 0) -> str:
    """What a form carries in every window that somebody signed in to, of a page that was opened so long ago.

    The token tells the second in which its page was made: the same form from another page has another one.
    """
    opened = int(time.time()) - seconds_ago
    with (
        app.test_request_context(),
        patch.object(TimestampSigner, "get_timestamp", lambda _signer: opened),
    ):
        session["csrf_token"] = FORM_SECRET
        g.pop("csrf_token", None)  # the test's own context may be around this one, and keep it
        token: str = generate_csrf()
    return token


class Window(FlaskClient):
    """A browser window: its cookies are its own, and so is the context of each request. Any thread may use it."""

    def sign_in(self, person: Person) -> None:
        """Give the window a session of this person; what it held before is gone."""
        self.hold(people.open_session(person, at=now(), hours=1))

    def hold(self, token: str) -> None:
        """Give the window a session that is open already."""
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie.update(held_by(token))

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Flask would reuse the test's own application context, and with it the signed-in person
        # and the session's loaded rows; in an empty context the request gets its own.
        return Context().run(SWEEP.ask, self.application, super().open, *args, **kwargs)


class StrictClient(Window):
    """Checks each answer it gets, and keeps a request as far from the test as a browser is."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # What the test has arranged is in the database, and what it holds is read again afterwards.
        if has_app_context():
            db.session.commit()
        response = super().open(*args, **kwargs)
        (request_id,) = response.headers.getlist("X-Request-ID")
        assert REQUEST_ID.fullmatch(request_id), f"{response.request.path}: {request_id}"
        if not response.request.path.startswith("/static/"):
            wrong = dict(HEADERS.items() - response.headers.items())
            assert wrong == {}, f"{response.request.path} misses {wrong}: {response.headers}"
            strange = {name for name, _ in response.headers} - HEADERS.keys() - OTHER_HEADERS
            assert strange == set(), f"{response.request.path} has {strange}: {response.headers}"
        if response.mimetype == "text/html" and response.data and response.status_code // 100 != 3:
            found = faults(Page(response))
            assert found == [], f"{response.request.path}: {found}"
        return response

    def page(self, path: str, status: int = 200) -> Page:
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status}"
        return Page(response)

    def submit(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        form: str = ".//main//form[@method='post']",
    ) -> TestResponse:
        """Open a page, fill in one of its forms and send it, as a browser without scripts would.

        Fields that are not given keep what the page offers, hidden ones and the token included;
        a field that the form does not have is a mistake of the test.
        """
        return self._sent(path, self.page(path), fields, form)

    def submit_again(
        self, answer: TestResponse, fields: Mapping[str, Any] | None = None
    ) -> TestResponse:
        """Fill in and send the form of a page that came back with what was wrong."""
        form = ".//main//form[@method='post']"
        return self._sent(answer.request.path, Page(answer), fields, form)

    def _sent(
        self, path: str, page: Page, fields: Mapping[str, Any] | None, form: str
    ) -> TestResponse:
        element = page.one(form)
        offered = values_of(element)
        names = {field.get("name") for field in element.iter()}
        strangers = set(fields or {}) - names
        assert strangers == set(), f"{path}: the form has no {strangers}, only {names - {None}}"
        return self.post(element.get("action") or path, data={**offered, **(fields or {})})
