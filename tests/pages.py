"""A test client that reads every page as strictly as a browser, an assistive tool and our policy would."""

import re
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import service as people
from reviews.people.queries import now

LABELLED = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit"}
REFERENCES = ("aria-controls", "aria-describedby", "aria-labelledby", "for", "list")
LOADING = {"img": "src", "link": "href", "script": "src", "form": "action", "use": "href"}

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


class Page:
    """A parsed page. Paths are ElementTree's, such as `.//table[@id="board"]//td`."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parse(response.get_data(as_text=True))
        self.errors = [
            f"malformed: line {at[0]}: {code} {about}" for at, code, about in parser.errors
        ]

    def all(self, path: str) -> list[Element]:
        return self.root.findall(path)

    def one(self, path: str) -> Element:
        (element,) = self.all(path)
        return element

    def texts(self, path: str) -> list[str]:
        return [text_of(element) for element in self.all(path)]

    def text(self, path: str = ".//main") -> str:
        return text_of(self.one(path))


def text_of(element: Element) -> str:
    """The words as a reader sees them: white space counts once."""
    return " ".join("".join(element.itertext()).split())


def faults(page: Page) -> list[str]:
    """What is wrong with a page, in words; nothing is, on a page that may be shown."""
    ids = Counter(element.get("id") for element in page.root.iter() if element.get("id"))
    return [
        *page.errors,
        *(f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1),
        *frame_faults(page),
        *(fault for element in page.root.iter() for fault in policy_faults(element)),
        *(fault for element in page.root.iter() for fault in reference_faults(element, set(ids))),
        *label_faults(page),
    ]


def frame_faults(page: Page) -> Iterator[str]:
    if not page.root.get("lang"):
        yield "no language"
    if [title != "" for title in page.texts(".//title")] != [True]:
        yield "not one title"
    if len(page.all(".//h1")) != 1:
        yield "not one h1"


def policy_faults(element: Element) -> Iterator[str]:
    """What the content security policy would block, and forms that another site could send."""
    tag = str(element.tag)
    if tag == "style" or "style" in element.attrib:
        yield f"inline style: {seen(element)}"
    if any(name.startswith("on") for name in element.attrib):
        yield f"inline handler: {seen(element)}"
    if tag == "script" and (not element.get("src") or text_of(element)):
        yield f"inline script: {seen(element)}"
    if not own(element.get(LOADING.get(tag, ""), "/")):
        yield f"leads to a third party: {seen(element)}"
    writes = tag == "form" and element.get("method", "get").lower() == "post"
    if writes and element.find(".//input[@name='csrf_token']") is None:
        yield f"no CSRF token: {seen(element)}"


def reference_faults(element: Element, ids: set[str | None]) -> Iterator[str]:
    for reference in REFERENCES:
        for name in set(element.get(reference, "").split()) - ids:
            yield f"{reference} names {name!r}, which is not there"


def label_faults(page: Page) -> Iterator[str]:
    labels = page.all(".//label")
    named = {label.get("for") for label in labels} - {None}
    wrapped = {inner for label in labels for inner in label.iter()}
    for element in page.root.iter():
        if element.tag not in LABELLED or element.get("type") in UNLABELLED_TYPES:
            continue
        if element.get("aria-label") or element.get("aria-labelledby"):
            continue
        if element.get("id") not in named and element not in wrapped:
            yield f"no label: {seen(element)}"


def seen(element: Element) -> str:
    return f"<{element.tag} {dict(element.attrib)}>"


def own(target: str) -> bool:
    address = urlsplit(target)
    return not address.scheme and not address.netloc


class StrictClient(FlaskClient):
    """Checks each answer it gets, and keeps a request as far from the test as a browser is."""

    def sign_in(self, person: Person) -> None:
        """Give the browser a session of this person; what it held before is gone."""
        token = people.open_session(person, at=now(), hours=1)
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = token

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # What the test has arranged is in the database, and what it holds is read again afterwards.
        if has_app_context():
            db.session.commit()
        # Flask would reuse the test's own application context, and with it the signed-in person
        # and the session's loaded rows; in an empty context the request gets its own.
        response = Context().run(super().open, *args, **kwargs)
        (request_id,) = response.headers.getlist("X-Request-ID")
        assert REQUEST_ID.fullmatch(request_id), f"{response.request.path}: {request_id}"
        if not response.request.path.startswith("/static/"):
            wrong = dict(HEADERS.items() - response.headers.items())
            assert wrong == {}, f"{response.request.path} misses {wrong}: {response.headers}"
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
        element = self.page(path).one(form)
        offered = values_of(element)
        names = {field.get("name") for field in element.iter()}
        strangers = set(fields or {}) - names
        assert strangers == set(), f"{path}: the form has no {strangers}, only {names - {None}}"
        return self.post(element.get("action") or path, data={**offered, **(fields or {})})


def values_of(form: Element) -> dict[str, list[str]]:
    """What a browser would send if nobody touched the form; no button is pressed."""
    values: dict[str, list[str]] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "text")
        if name is None or "disabled" in field.attrib:
            continue
        given: list[str] = []
        if field.tag == "textarea":
            given = ["".join(field.itertext())]
        elif field.tag == "select":
            given = chosen(field)
        elif field.tag == "input" and kind in {"checkbox", "radio"}:
            given = [field.get("value", "on")] if "checked" in field.attrib else []
        elif field.tag == "input" and kind not in {"submit", "file"}:
            given = [field.get("value", "")]
        if given:
            values.setdefault(name, []).extend(given)
    return values


def chosen(select: Element) -> list[str]:
    options = list(select.iter("option"))
    marked = [option for option in options if "selected" in option.attrib]
    if not marked and "multiple" not in select.attrib:
        marked = options[:1]
    return [option.get("value", text_of(option)) for option in marked]
