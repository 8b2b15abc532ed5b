"""What was typed into a form that could not be taken: its author gets it back, and nobody else sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reviews.db.extensions import db
from reviews.db.models.packets import EvidenceItem
from reviews.db.models.people import SignInSession
from reviews.people import passwords
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState
from tests import builders
from tests.builders import NOW
from tests.clients import StrictClient, without_token
from tests.pages import Page, values_of

PASSWORD = "a long sentence to sign in"
HASH = passwords.hash_password(PASSWORD)
TEXT = "Nobody had moved it before.\n<script>I did.</script>"
TYPED = {"title": "A migration", "outcome": TEXT}
MAIN_FORM = ".//main//form[@method='post']"


@pytest.fixture
def ada(session):
    assert session
    return builders.a_person("Ada", password_hash=HASH)


@pytest.fixture
def packet(ada):
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    return builders.a_packet(cycle, candidate=ada, state=PacketState.DRAFT)


def sign_in(client, person, page=None):
    """Type address and password into the page, or into a sign-in page of its own."""
    form = (page or client.page("/sign-in")).one(MAIN_FORM)
    typed = {"email": person.email, "password": PASSWORD}
    return client.post(form.get("action"), data={**values_of(form), **typed})


def sign_out(client):
    return client.submit("/account", form=".//header//form")


def opened(client, packet):
    """The fields of the form for a new item, filled in and not sent."""
    address = f"/packets/{packet.public_id}/evidence/new"
    key = builders.asked(packet).dimensions[0].id
    form = values_of(client.page(address).one(MAIN_FORM))
    return address, {**form, **TYPED, "dimensions": str(key)}


def items():
    return [each.title for each in db.session.scalars(select(EvidenceItem))]


def expire(_client):
    db.session.execute(update(SignInSession).values(expires_at=NOW - timedelta(seconds=1)))


@pytest.mark.parametrize("end", [sign_out, expire])
def test_after_signing_in_again_the_form_stands_there_with_the_text(client, ada, packet, end):
    sign_in(client, ada)
    address, form = opened(client, packet)
    end(client)

    door = client.post(address, data=form)
    assert door.status_code == 401
    assert "What you typed is kept in this page" in Page(door).text()
    wrong = client.post(
        "/sign-in", data={**values_of(Page(door).one(MAIN_FORM)), "email": ada.email}
    )
    assert wrong.status_code == 422
    returned = sign_in(client, ada, Page(wrong))
    assert returned.status_code == 200
    assert TEXT in [box.text.strip() for box in Page(returned).all(".//textarea")]
    put_back = Page(returned).one(MAIN_FORM)
    again = client.post(put_back.get("action"), data=values_of(put_back))

    assert (again.status_code, put_back.get("action")) == (422, address)
    shown = values_of(Page(again).one(MAIN_FORM))
    assert {name: "".join(shown[name]).strip() for name in TYPED} == TYPED
    assert "nothing of it is saved yet" in Page(again).text()
    assert items() == []
    assert client.post(address, data=shown).status_code == 302
    assert items() == ["A migration"]


def test_a_form_stays_good_when_its_author_signs_in_again_in_another_tab(client, ada, packet):
    sign_in(client, ada)
    address, form = opened(client, packet)
    sign_out(client)
    sign_in(client, ada)

    assert client.post(address, data=form).status_code == 302
    assert items() == ["A migration"]


def test_nothing_is_given_to_somebody_else_who_signs_in(client, ada, packet):
    bo = builders.a_person("Bo", password_hash=HASH)
    sign_in(client, ada)
    address, form = opened(client, packet)
    sign_out(client)
    door = client.post(address, data=form)

    assert sign_in(client, bo, Page(door)).status_code == 302
    refused = client.post(address, data=form)
    assert refused.status_code == 404
    assert "A migration" not in refused.text
    assert items() == []


def test_words_from_another_site_are_put_into_no_page(client, ada, packet):
    sign_in(client, ada)
    address, form = opened(client, packet)
    here = client.post(address, data={**form, "csrf_token": "made up"})
    sign_out(client)
    signed_out = client.post(address, data={**form, "csrf_token": "made up"})

    assert (here.status_code, signed_out.status_code) == (403, 302)
    assert "A migration" not in here.text


def test_text_that_was_sealed_for_somebody_or_made_up_is_not_opened(client, ada):
    page = client.page("/sign-in")
    offered = {**values_of(page.one(MAIN_FORM)), "typed": "made.up"}
    answer = client.post("/sign-in", data={**offered, "email": ada.email, "password": PASSWORD})

    assert (answer.status_code, answer.location) == (302, "/")


def test_the_door_is_the_same_for_every_address(client, ada):
    sign_in(client, ada)
    form = values_of(client.page("/account").one(MAIN_FORM)) | {"why": "Some words."}
    form = {name: value for name, value in form.items() if name in {"csrf_token", "why"}}
    sign_out(client)
    doors = [client.post(path, data=form) for path in ("/people", "/packets/none", "/cycles/new")]

    texts = {Page(door).text() for door in doors}
    assert ([door.status_code for door in doors], len(texts)) == ([401] * 3, 1)


def test_a_password_is_never_repeated(client, ada):
    sign_in(client, ada)
    form = values_of(client.page("/account").one(MAIN_FORM))
    form |= {"present": PASSWORD, "chosen": "another long sentence"}
    sign_out(client)

    answer = client.post("/account", data=form)

    assert answer.status_code == 302
    assert "sentence" not in answer.text


def test_a_refusal_gives_back_what_was_sent(client, ada, packet):
    sign_in(client, ada)
    address, form = opened(client, packet)
    packet.cycle.phase = CyclePhase.RATING

    closed = client.post(address, data=form)
    nowhere = client.post("/packets/none/evidence/new", data=form)

    for answer, status in ((closed, 409), (nowhere, 404)):
        assert answer.status_code == status
        boxes = {label.text: label.getnext() for label in Page(answer).all(".//main//label")}
        # And no number that stands for the dimension.
        assert boxes.keys() == {"Title", "Outcome"}
        assert (boxes["Title"].get("value"), boxes["Outcome"].text.strip()) == ("A migration", TEXT)


def test_a_refusal_looks_alike_whatever_is_there(client, ada, packet):
    hidden = builders.a_packet(packet.cycle, state=PacketState.DRAFT)
    sign_in(client, ada)
    _, form = opened(client, packet)

    answers = [
        client.post(f"/packets/{name}/evidence/new", data=form)
        for name in (hidden.public_id, "none")
    ]

    assert without_token(answers[0]) == without_token(answers[1])


def test_a_rating_typed_past_the_deadline_is_shown_beside_what_was_saved(client: StrictClient):
    cycle = builders.a_cycle(phase=CyclePhase.RATING)
    packet = builders.a_packet(cycle)
    peer = builders.an_assignment(packet, builders.a_person("Nils"), state=AssignmentState.ACCEPTED)
    client.sign_in(peer.rater)
    dimension = builders.asked(packet).dimensions[0].key
    address = f"/packets/{packet.public_id}/rating/{dimension}"
    client.submit(address, {"rationale": "First saved words"})
    form = values_of(client.page(address).one(".//main//form[@class='rate']"))
    cycle.rating_due = NOW - timedelta(days=1)

    answer = client.post(
        address, data={**form, "rationale": "First saved words, and an hour more of them"}
    )

    assert answer.status_code == 422
    boxes = {
        label.text: label.getnext().text.strip()
        for label in Page(answer).all(".//main//label")
        if label.get("for") in {"typed", "kept"}
    }
    assert boxes == {
        "What you sent now. It is not saved": "First saved words, and an hour more of them",
        "What was saved before": "First saved words",
    }
