"""What no page of ours sends, sent to every form by somebody who may use it: refused, and nothing changed."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from ladders.orm import Base
from reviews.db.extensions import db
from reviews.web.typed_text import PUT_BACK
from tests.permissions.asking import Asker, fingerprints
from tests.permissions.routes import Route
from tests.permissions.test_routes import WRITES, offered_by
from tests.permissions.world import World

pytestmark = pytest.mark.test_all

#: What somebody would send who hopes that a form writes whatever it is sent.
COLUMNS = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
#: Ticks on several things under one name.
SEVERAL = {"dimensions", "expectations", "ladders", "levels", "line", "people", "roles", "units"}


class Sender:
    """Somebody who may do what the route does, before a form that is filled in well."""

    def __init__(self, app: Flask, world: World, route: Route) -> None:
        scene, label = route.done_by
        (case,) = (
            case
            for case in world.scenes[scene]
            if (case.label, case.subject.label) == (label, "plain")
        )
        route.prepare(case)
        db.session.commit()
        self.asker = Asker(app, case)
        self.path = route.url(app, world, case.subject)
        offered = offered_by(self.asker.ask("GET", self.path), self.path)
        fields = {**offered, **route.fields(world, case)}
        self.fields = {name: value for name, value in fields.items() if name != "csrf_token"}

    def status(self, more: Mapping[str, Any]) -> int:
        return self.asker.ask("POST", self.path, {**self.fields, **more}).status


@pytest.fixture(params=WRITES, ids=lambda route: route.endpoint)
def sender(app: Flask, world: World, request: pytest.FixtureRequest) -> Sender:
    return Sender(app, world, request.param)


def test_a_field_that_the_form_lacks_is_refused(sender: Sender) -> None:
    before = fingerprints()
    strangers = dict.fromkeys(COLUMNS - sender.fields.keys(), "1")

    assert {sender.status(strangers), sender.status({"_method": "DELETE"})} <= {400, 422}
    assert fingerprints() == before


def test_a_form_that_is_only_filled_again_does_nothing(sender: Sender) -> None:
    before = fingerprints()

    assert sender.status({PUT_BACK: "1"}) in {400, 422}
    assert fingerprints() == before


def test_a_field_is_sent_once_and_as_text(sender: Sender) -> None:
    before = fingerprints()
    twice = {name: sender.status({name: ["1", "5"]}) for name in sender.fields.keys() - SEVERAL}
    twice["csrf_token"] = sender.status({"csrf_token": [sender.asker.token] * 2})
    as_file = {
        name: sender.status({name: (io.BytesIO(b"text"), "text.txt")}) for name in sender.fields
    }

    assert set(twice.values()) == {400}, twice
    assert set(as_file.values()) <= {400}, as_file
    assert fingerprints() == before
