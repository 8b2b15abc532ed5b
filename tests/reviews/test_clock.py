"""A clock that jumps an hour, forward and back: what is decided by an instant is decided anew, and nothing is stuck."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from flask import Flask

from reviews.audit.verification import Verification, verify
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.people import SignInSession
from reviews.people import passwords
from reviews.people.queries import now
from reviews.rules.enums import CyclePhase, PacketStage
from tests import builders
from tests.clients import Window, form_token
from tests.conftest import application, disconnect
from tests.pages import Page, values_of
from tests.races import window_of

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)
PASSWORD = "a password of many words"


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


def through(ask: Callable[[], object]) -> list[object]:
    """What is answered now, after a jump of an hour, after one back, and an hour before now."""
    present = now()
    db.session.remove()
    answers = []
    for at in (present, present + HOUR, present, present - HOUR):
        with clock.fixed(at):
            answers.append(ask())
    return answers


def in_half_an_hour() -> datetime:
    return now() + HOUR / 2


def saved_for(window: Window, **session: datetime) -> None:
    """Save what is prepared, with a session that outlives the jumps unless it is said otherwise."""
    end = now() + 12 * HOUR
    db.session.execute(
        sa.update(SignInSession).values(**{"expires_at": end, "idle_until": end, **session})
    )
    db.session.commit()
    db.session.remove()
    assert window.get("/").status_code == 200


def test_a_session_ends_with_the_jump_and_is_there_again_after_it(app: Flask) -> None:
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    saved_for(window, idle_until=in_half_an_hour())

    assert through(lambda: window.get("/").status_code) == [200, 302, 200, 200]


def test_outcomes_open_and_close_with_their_instant(app: Flask) -> None:
    chair = builders.a_person()
    cycle = builders.a_cycle(
        phase=CyclePhase.CALIBRATION,
        release_at=in_half_an_hour(),
        release_reason="All told.",
        released_by_id=chair.id,
    )
    packet = builders.a_packet(
        cycle, panel=builders.a_panel(cycle, chair=chair), stage=PacketStage.DECIDED
    )
    builders.a_decision(packet, chair)
    window = window_of(app, packet.candidate)
    address = f"/packets/{packet.public_id}/outcome"
    saved_for(window)

    assert through(lambda: window.get(address).status_code == 200) == [False, True, False, False]


def test_a_deadline_is_over_only_while_it_is(app: Flask) -> None:
    packet = builders.a_packet(builders.a_cycle(evidence_due=in_half_an_hour()))
    dimension = builders.asked(packet).dimensions[0].id
    window = window_of(app, packet.candidate)
    address = f"/packets/{packet.public_id}/evidence/new"
    saved_for(window)
    fields = {"version": "0", "outcome": "What came of it.", "dimensions": str(dimension)}

    number = count(1)

    def write() -> int:
        sent = {**fields, "title": f"Item {next(number)}", "csrf_token": form_token(app)}
        return window.post(address, data=sent).status_code

    assert through(write) == [302, 422, 302, 302]


def test_wrong_passwords_of_another_hour_keep_nobody_out(app: Flask) -> None:
    """They were counted while the clock was ahead. Those of this hour still do."""
    email = builders.a_person(password_hash=passwords.hash_password(PASSWORD)).email
    db.session.commit()

    def sign_in(password: str) -> int:
        window = Window(app, app.response_class)
        fields = values_of(Page(window.get("/sign-in")).one(".//main//form"))
        fields |= {"email": email, "password": password}
        return window.post("/sign-in", data=fields).status_code

    present = now()
    db.session.remove()
    with clock.fixed(present + HOUR):
        statuses = [sign_in("wrong") for _ in range(20)]
        assert (statuses[0], statuses[-1], sign_in(PASSWORD)) == (422, 429, 429)
    with clock.fixed(present):
        assert sign_in(PASSWORD) == 302


def test_the_audit_log_is_whole_whatever_the_clock_says(app: Flask) -> None:
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    saved_for(window)

    number = count(1)

    def create() -> int:
        sent = {"name": f"{next(number)}", "time_zone": "UTC", "csrf_token": form_token(app)}
        return window.post("/cycles/new", data=sent).status_code

    assert through(create) == [302] * 4
    assert verify() == Verification(4)
