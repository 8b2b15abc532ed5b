"""A button pressed twice, one press after the other or both at once: it acts once, and both lead to the same page."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.calibration import Ballot, Decision
from reviews.db.models.packets import Assignment, EvidenceItem, Packet
from reviews.db.models.people import TakenForm
from reviews.people import service as people
from reviews.people.queries import now
from reviews.rules.enums import AssignmentState, Category, CyclePhase, PacketStage, PacketState
from reviews.web import presses
from tests import builders
from tests.clients import form_token
from tests.conftest import application, disconnect
from tests.pages import Page
from tests.races import sent_at_once, window_of
from tests.reviews.calibration.panels import a_committee
from tests.reviews.calibration.test_ballots import ballot_of
from tests.reviews.calibration.test_decision import decision_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def app(database):
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


def rows(table):
    number = db.session.scalar(select(func.count()).select_from(table))
    db.session.commit()  # or what the test has read would hold up the next writer
    return number


def evidence():
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    packet = builders.a_packet(cycle, state=PacketState.DRAFT)
    key = builders.asked(packet).dimensions[0].id
    fields = {"title": "A migration", "outcome": "It is fast now.", "dimensions": str(key)}
    return packet.candidate, f"/packets/{packet.public_id}/evidence/new", fields, EvidenceItem


def ballot():
    committee = a_committee()
    address = f"/packets/{committee.packet.public_id}/ballot"
    return committee.members[0], address, ballot_of(committee.packet, Category.MET), Ballot


def decision():
    committee = a_committee(PacketStage.DISCUSSION)
    address = f"/packets/{committee.packet.public_id}/decision"
    return committee.chair, address, decision_of(committee.packet), Decision


def invitation():
    cycle = builders.a_cycle(phase=CyclePhase.RATING)
    packet = builders.a_packet(cycle)
    peer = builders.an_assignment(packet, builders.a_person("Nils"), state=AssignmentState.INVITED)
    return peer.rater, f"/packets/{packet.public_id}/invitation/accept", {}, Assignment


def withdrawal():
    cycle = builders.a_cycle(phase=CyclePhase.RATING)
    packet = builders.a_packet(cycle)
    return packet.candidate, f"/packets/{packet.public_id}/withdraw", {}, Packet


ACTS = [evidence, ballot, decision, invitation, withdrawal]


@pytest.mark.parametrize("act", ACTS)
def test_the_second_press_ends_where_the_first_did_and_says_the_same(app, act):
    person, address, fields, table = act()
    window = window_of(app, person)
    fields = {**fields, "csrf_token": form_token(app)}
    db.session.commit()

    first, second = window.post(address, data=fields), window.post(address, data=fields)

    assert (first.status_code, second.status_code) == (302, 302)
    assert second.location == first.location
    assert rows(table) == 1
    # A browser shows the second answer alone, and the sentence once.
    assert (
        len(
            Page(window.get(second.location, follow_redirects=True)).all(
                ".//div[@class='flashes']/*"
            )
        )
        == 1
    )


@pytest.mark.parametrize("act", ACTS)
def test_presses_at_the_same_instant_act_once(app, act):
    person, address, fields, table = act()
    window = window_of(app, person)

    statuses = sent_at_once(app, *[(window, address, fields)] * 4, same_page=True)

    assert statuses == [302] * 4
    assert rows(table) == 1


def test_what_was_refused_can_be_sent_again(app):
    person, address, fields, table = evidence()
    window = window_of(app, person)
    fields = {**fields, "title": "", "csrf_token": form_token(app)}
    db.session.commit()

    first, second = window.post(address, data=fields), window.post(address, data=fields)

    assert (first.status_code, second.status_code) == (422, 422)
    assert rows(table) == 0


def test_another_text_from_the_same_page_is_not_a_second_press(app):
    person, address, fields, table = evidence()
    window = window_of(app, person)
    fields = {**fields, "csrf_token": form_token(app)}
    db.session.commit()

    window.post(address, data=fields)
    window.post(address, data={**fields, "title": "Another migration"})

    assert rows(table) == 2


def test_the_same_from_a_page_opened_anew_is_not_a_second_press(app):
    person, address, fields, table = evidence()
    window = window_of(app, person)
    db.session.commit()

    for seconds_ago in (1, 0):
        token = form_token(app, seconds_ago=seconds_ago)
        window.post(address, data={**fields, "csrf_token": token})

    assert rows(table) == 2


def test_nobody_is_answered_like_somebody_else(app):
    person, address, fields, _ = evidence()
    fields = {**fields, "csrf_token": form_token(app)}
    other = window_of(app, builders.a_person("Somebody else"))
    window = window_of(app, person)
    db.session.commit()

    assert window.post(address, data=fields).status_code == 302
    assert other.post(address, data=fields).status_code == 404


def test_a_press_is_remembered_for_five_minutes(app):
    person, address, fields, table = evidence()
    window, present = window_of(app, person), now()
    window.hold(people.open_session(person, at=present, hours=2))
    fields = {**fields, "csrf_token": form_token(app)}
    db.session.commit()

    with clock.fixed(present):
        window.post(address, data=fields)
    with clock.fixed(present + presses.KEPT):
        window.post(address, data=fields)
    assert rows(table) == 1
    with clock.fixed(present + presses.KEPT + timedelta(seconds=1)):
        window.post(address, data=fields)
    assert rows(table) == 2
    assert rows(TakenForm) == 1


def test_after_another_act_the_same_form_is_an_act_of_its_own(app):
    """A ballot is changed and changed back, all from one page: what is said is what is so."""
    member, address, fields, _ = ballot()
    window = window_of(app, member)
    token = {"csrf_token": form_token(app)}
    db.session.commit()
    window.post(address, data={**fields, **token})
    change = address + "/change"
    other = {name: "exceeds" if value == "met" else value for name, value in fields.items()}

    told = [window.post(change, data={**each, **token}).status_code for each in (other, fields)]
    told.append(window.post(change, data={**other, **token}).status_code)

    assert told == [302, 302, 302]
    assert rows(Ballot) == 4


def test_signing_out_again_in_a_new_session_signs_out(app):
    person = builders.a_person("Ada")
    window, token = window_of(app, person), {"csrf_token": form_token(app)}
    db.session.commit()
    window.post("/sign-out", data=token)
    window.sign_in(person)
    db.session.commit()

    window.post("/sign-out", data=token)

    assert window.get("/").status_code == 302


def test_a_second_press_from_another_site_is_refused(app):
    person, address, fields, _ = evidence()
    window = window_of(app, person)
    fields = {**fields, "csrf_token": form_token(app)}
    db.session.commit()
    window.post(address, data=fields)

    answer = window.post(address, data=fields, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
