"""Several windows that send at the same instant, to the same application over one database."""

import threading
from collections.abc import Mapping
from typing import Any

from flask import Flask

from reviews.db.extensions import db
from reviews.db.models.people import Person
from tests.clients import Window, form_token


def window_of(app: Flask, person: Person) -> Window:
    """A browser window in which the person is signed in."""
    window = Window(app, app.response_class)
    window.sign_in(person)
    return window


def sent_at_once(
    app: Flask, *forms: tuple[Window, str, Mapping[str, Any]], same_page: bool = False
) -> list[int]:
    """Send each form from its window, all at the same instant; the statuses of the answers, lowest first.

    Every window has opened its page for itself, or else they are one window in which a button is pressed again.
    """
    tokens = [form_token(app, seconds_ago=0 if same_page else at) for at in range(len(forms))]
    # Whatever the test still reads would hold up the writers.
    db.session.commit()
    db.session.remove()
    together = threading.Barrier(len(forms))
    statuses: list[int] = []

    def send(token: str, window: Window, address: str, fields: Mapping[str, Any]) -> None:
        together.wait()
        answer = window.post(address, data={**fields, "csrf_token": token})
        statuses.append(answer.status_code)

    threads = [
        threading.Thread(target=send, args=(token, *form))
        for token, form in zip(tokens, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)
