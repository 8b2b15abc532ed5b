"""Several windows that send at the same instant, to the same application over one database."""

import threading
from collections.abc import Mapping
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import service as people
from reviews.people.queries import now

_TOKEN = "a" * 43


def window_of(app: Flask, person: Person) -> FlaskClient:
    """A browser window in which the person is signed in; it may be used from another thread."""
    window = FlaskClient(app, app.response_class)
    token = people.open_session(person, at=now(), hours=1)
    with window.session_transaction() as cookie:
        cookie["_user_id"], cookie["csrf_token"] = token, _TOKEN
    return window


def token_of(app: Flask) -> str:
    """What a form in a window carries."""
    with app.test_request_context():
        session["csrf_token"] = _TOKEN
        token: str = generate_csrf()
    return token


def sent_at_once(app: Flask, *forms: tuple[FlaskClient, str, Mapping[str, Any]]) -> list[int]:
    """Send each form from its window, all at the same instant; the statuses of the answers, lowest first."""
    token = token_of(app)
    # Whatever the test still reads would hold up the writers.
    db.session.commit()
    db.session.remove()
    together = threading.Barrier(len(forms))
    statuses: list[int] = []

    def send(window: FlaskClient, address: str, fields: Mapping[str, Any]) -> None:
        together.wait()
        answer = window.post(address, data={**fields, "csrf_token": token})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send, args=form) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)
